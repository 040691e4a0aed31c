import { describe, expect, it } from 'vitest';
import { formatInPieces, formatUids, gapsBetween, isWithin, toRanges, withoutUids } from './uid-set.ts';

describe('UID sets', () => {
  it('join what follows one another, in any order and with repetitions', () => {
    expect(toRanges([7, 3, 1, 2, 3, 9, 8])).toEqual([[1, 3], [7, 9]]);
    expect(formatUids([5])).toBe('5');
    expect(formatUids([1, 2, 3, 10, 12, 13])).toBe('1:3,10,12:13');
    expect(formatUids([])).toBe('');
  });

  it('come in pieces that each fit into a command line and count what they hold', () => {
    const scattered = Array.from({ length: 3000 }, (_, index) => 1_000_000 + index * 2);
    const pieces = formatInPieces(scattered);
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.every(({ set }) => set.length <= 7000)).toBe(true);
    expect(pieces.reduce((sum, { count }) => sum + count, 0)).toBe(3000);
    expect(pieces.map(({ set }) => set).join(',').split(',')).toEqual(scattered.map(String));
  });

  it('know what lies within them and what is left without some', () => {
    expect(isWithin([[1, 3], [7, 7]], 3)).toBe(true);
    expect(isWithin([[1, 3], [7, 7]], 4)).toBe(false);
    expect(withoutUids([[1, 5], [8, 9]], [3, 1, 9])).toEqual([[2, 2], [4, 5], [8, 8]]);
    expect(withoutUids([[4, 4]], [4])).toEqual([]);
  });

  it('know the gaps between numbers', () => {
    expect(gapsBetween(10, 20, [10, 11, 14, 20])).toEqual([[12, 13], [15, 19]]);
    expect(gapsBetween(5, 4, [])).toEqual([]);
  });
});
