import { expect, it } from 'vitest';
import { retryAfterMs } from './retry-after.ts';

const clock = { now: () => new Date('2026-11-24T12:00:00Z'), sleep: () => Promise.resolve() };

it.each([
  ['120', 120_000],
  ['2.128', 2_128],
  ['Tue, 24 Nov 2026 12:00:30 GMT', 30_000],
  ['Tue, 24 Nov 2026 11:00:00 GMT', 0],
  ['999999999', 3_600_000],
  ['Sun, 24 Nov 2086 12:00:00 GMT', 3_600_000],
  ['-5', undefined],
  ['+60', undefined],
  ['soon', undefined],
  ['', undefined],
  [undefined, undefined],
])('a Retry-After of %o is %o ms', (header, expected) => expect(retryAfterMs(header, clock)).toBe(expected));
