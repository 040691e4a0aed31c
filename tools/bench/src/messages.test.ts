import { describe, expect, it } from 'vitest';
import { makeMessage, messageChunks, messageIdOf } from './messages.ts';

describe('seeded messages', () => {
  it('have exactly the size asked for', () => {
    expect(makeMessage({ index: 7, size: 10_240, place: 'A' })).toHaveLength(10_240);
    expect(makeMessage({ index: 7, size: 300_001, place: 'A' })).toHaveLength(300_001);
  });

  it('are the same each time and differ by index and place', () => {
    const message = makeMessage({ index: 1, size: 2048, place: 'A' });
    expect(makeMessage({ index: 1, size: 2048, place: 'A' })).toEqual(message);
    expect(makeMessage({ index: 2, size: 2048, place: 'A' })).not.toEqual(message);
    expect(makeMessage({ index: 1, size: 2048, place: 'B' })).not.toEqual(message);
  });

  it('have a Message-ID of their own and CRLF line ends only', () => {
    const text = makeMessage({ index: 4, size: 4096, place: 'Big' }).toString('latin1');
    expect(text).toContain(`\r\nMessage-ID: <${messageIdOf('Big', 4)}>\r\n`);
    for (let size = 4096; size < 4096 + 2 * 78; size++) {
      const whole = makeMessage({ index: 4, size, place: 'Big' }).toString('latin1');
      expect(whole).toHaveLength(size);
      expect(whole.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/u);
    }
  });

  it('come in pieces that never hold much of a big one', () => {
    let size = 0;
    for (const chunk of messageChunks({ index: 0, size: 3_000_000, place: 'Huge' })) {
      expect(chunk.length).toBeLessThanOrEqual(80_000);
      size += chunk.length;
    }
    expect(size).toBe(3_000_000);
  });
});
