import { expect, it } from 'vitest';
import { lookPauseMs, pauseMs } from './back-off.ts';

const retry = (attempt: number, random = 0, retryAfterMs?: number): number => pauseMs({ failure: 'retry', attempt, random, retryAfterMs });

it('doubles the pause from attempt to attempt, up to a quarter of an hour', () => {
  expect([1, 2, 3, 9, 1000].map((attempt) => retry(attempt))).toEqual([5000, 10_000, 20_000, 900_000, 900_000]);
});

it('spreads what failed together', () => {
  expect(retry(1, 0.999)).toBeGreaterThan(retry(1, 0));
});

it('never comes before the server asked for', () => {
  expect(retry(1, 0, 60_000)).toBe(60_000);
  expect(pauseMs({ failure: 'throttle', attempt: 1, random: 0, retryAfterMs: 3_600_000 })).toBe(3_600_000);
});

it('waits for hours where an allowance is used up', () => {
  expect(pauseMs({ failure: 'quota', attempt: 9, random: 0 })).toBe(3_600_000);
});

it('looks for a mail soon and then every two minutes', () => {
  expect([0, 1, 2, 50].map(lookPauseMs)).toEqual([2000, 4000, 8000, 120_000]);
});
