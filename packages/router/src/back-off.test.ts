import { MailError } from '@signalbox/core';
import { describe, expect, it } from 'vitest';
import { waitAfter } from './back-off.ts';

const lost = new MailError('connection.lost', 'Cut.');

describe('waiting after a failure', () => {
  it('doubles, with jitter, up to a minute', () => {
    for (const [failures, around] of [[0, 1_000], [1, 2_000], [3, 8_000], [10, 60_000], [5_000, 60_000]] as const) {
      const wait = waitAfter(lost, failures);
      expect(wait).toBeGreaterThanOrEqual(around * 0.75);
      expect(wait).toBeLessThanOrEqual(around * 1.25);
    }
  });

  it('is long where somebody has to do something first', () => {
    expect(waitAfter(new MailError('auth.rejected', 'Wrong.'), 0)).toBeGreaterThanOrEqual(45_000);
  });

  it('obeys a server that names a time', () => {
    expect(waitAfter(new MailError('throttled', 'Slower.', { retryAfterMs: 92_415 }), 0)).toBe(92_415);
  });
});
