import { describe, expect, it } from 'vitest';
import { daysUntil, minutesAndSeconds, timeUntil } from './time-until.ts';

const NOW = new Date('2026-11-24T12:00:00Z');
const after = (ms: number): Date => new Date(NOW.getTime() + ms);
const MINUTE = 60_000;

describe('the time until something', () => {
  it.each([
    [-1, 'over'],
    [0, 'over'],
    [1, 'in 1 minute'],
    [119 * MINUTE, 'in 1 hour'],
    [23 * 60 * MINUTE, 'in 23 hours'],
    [47 * 60 * MINUTE, 'in 1 day'],
    [48 * 60 * MINUTE, 'in 2 days'],
  ])('after %d ms is told as "%s", never as more than there is', (ms, text) => {
    expect(timeUntil(after(ms), NOW)).toBe(text);
  });

  it('counts whole days, and past ones below zero', () => {
    expect([after(47 * 60 * MINUTE), after(0), after(-1)].map((at) => daysUntil(at, NOW))).toEqual([1, 0, -1]);
  });

  it('counts down in minutes and seconds, and stops at nothing', () => {
    expect([900_000, 61_500, 999, -5].map(minutesAndSeconds)).toEqual(['15:00', '1:02', '0:01', '0:00']);
  });
});
