import { MailError } from '@signalbox/core';
import { describe, expect, it } from 'vitest';
import { createBackOff } from './back-off.ts';

const HOUR = 3_600_000;

function turnedByHand() {
  let now = Date.parse('2026-11-24T12:00:00Z');
  return { clock: { now: () => new Date(now), sleep: async () => {} }, pass: (ms: number) => void (now += ms) };
}
const outage = (): MailError => new MailError('unavailable', 'Not now.');

describe('keeping away from the token service', () => {
  it('takes longer with every failure, and begins anew after an hour without one', () => {
    const { clock, pass } = turnedByHand();
    const backOff = createBackOff(clock);
    const wait = (): number | undefined => backOff.note('a', outage()).retryAfterMs;
    expect([wait(), wait(), wait()]).toEqual([1_000, 2_000, 4_000]);
    pass(HOUR + 5_000);
    expect(wait()).toBe(1_000);
  });

  it('remembers nothing of what nobody has asked for since an hour: user tokens that were brought come under ever new names', () => {
    const { clock, pass } = turnedByHand();
    const backOff = createBackOff(clock);
    for (let index = 0; index < 100; index += 1) {
      backOff.note(`assertion ${index}`, outage());
      pass(HOUR / 4);
    }
    expect(backOff.size).toBeLessThan(10);
  });
});
