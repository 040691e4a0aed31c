import { describe, expect, it } from 'vitest';
import { backOffMs, retryAfterOf } from './retry-after.ts';

const NOW = new Date('2026-11-24T12:00:00Z');
const wait = (headers: Record<string, string>): number | undefined => retryAfterOf(new Headers(headers), NOW);

describe('Retry-After', () => {
  it('is seconds, also a fraction of one', () => {
    expect(wait({ 'retry-after': '10' })).toBe(10_000);
    expect(wait({ 'retry-after': '2.128' })).toBe(2_128);
    expect(wait({ 'retry-after': '0' })).toBe(0);
  });

  it('is a date by the clock of the server that sends it, or by ours where it tells none', () => {
    expect(wait({ 'retry-after': 'Tue, 24 Nov 2026 12:00:30 GMT' })).toBe(30_000);
    expect(wait({ 'retry-after': 'Tue, 24 Nov 2026 14:00:30 GMT', date: 'Tue, 24 Nov 2026 14:00:00 GMT' })).toBe(30_000);
    expect(wait({ 'retry-after': 'Tue, 24 Nov 2026 11:00:00 GMT' })).toBe(0);
  });

  it('is absent where it is absent, or makes no sense', () => {
    expect(wait({})).toBeUndefined();
    expect(wait({ 'retry-after': 'soon' })).toBeUndefined();
    expect(wait({ 'retry-after': '-5' })).toBeUndefined();
  });

  it('is never longer than an hour, so that one answer cannot stop a mailbox for a day', () => {
    expect(wait({ 'retry-after': '99999999' })).toBe(3_600_000);
    expect(wait({ 'retry-after': 'Sun, 24 Nov 2086 12:00:00 GMT' })).toBe(3_600_000);
  });
});

describe('backing off', () => {
  it('doubles up to a minute, and spreads the clients', () => {
    expect([1, 2, 3, 4, 20].map((attempt) => backOffMs(attempt, () => 0))).toEqual([1_000, 2_000, 4_000, 8_000, 60_000]);
    expect(backOffMs(1, () => 0.99)).toBe(1_495);
  });
});
