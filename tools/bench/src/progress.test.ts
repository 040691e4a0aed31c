import { describe, expect, it } from 'vitest';
import { createProgress, timeLeft } from './progress.ts';

describe('time left', () => {
  it('goes by the pace so far', () => {
    expect(timeLeft(10_000, 5, 10)).toBe('about 10 s left');
    expect(timeLeft(60_000, 10, 50)).toBe('about 4 min left');
  });

  it('is never below nothing', () => {
    expect(timeLeft(10_000, 12, 10)).toBe('about 0 s left');
  });
});

describe('progress', () => {
  it('redraws one line on a terminal', () => {
    const written: string[] = [];
    const progress = createProgress({ total: 2, live: true, now: () => 0, write: (text) => written.push(text) });
    progress.step('flags, pair 1 of 2');
    expect(written.join('')).toBe('\r\u001b[Kflags, pair 1 of 2 · about 0 s left');
  });

  it('writes a line now and then, without control characters, elsewhere', () => {
    let now = 0;
    const written: string[] = [];
    const progress = createProgress({ total: 40, live: false, now: () => now, write: (text) => written.push(text) });
    for (; now < 30_000; now += 1000) progress.step(`step at ${now}`);
    expect(written).toHaveLength(2);
    expect(written.join('')).not.toContain('\u001b');
  });
});
