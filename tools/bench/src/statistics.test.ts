import { describe, expect, it } from 'vitest';
import { seededRandom } from './random.ts';
import { bootstrapMedian, median, quantile } from './statistics.ts';

describe('median', () => {
  it('is the middle value of an odd number of values, in whatever order they come', () => {
    expect(median([9, 1, 5])).toBe(5);
  });

  it('is the mean of the two in the middle of an even number', () => {
    expect(median([10, 1, 4, 2])).toBe(3);
  });

  it('refuses to speak of nothing', () => {
    expect(() => median([])).toThrow(RangeError);
  });
});

describe('quantile', () => {
  it('interpolates between neighbours', () => {
    expect(quantile([10, 20, 30, 40, 50], 0.25)).toBe(20);
    expect(quantile([10, 20], 0.25)).toBe(12.5);
  });
});

describe('bootstrap interval of the median', () => {
  it('is a point when all values agree', () => {
    expect(bootstrapMedian([1.1, 1.1, 1.1])).toEqual({ median: 1.1, low: 1.1, high: 1.1 });
  });

  it('is the same for the same seed and another for another', () => {
    const random = seededRandom(7);
    const values = Array.from({ length: 40 }, () => random());
    expect(bootstrapMedian(values, { seed: 3 })).toEqual(bootstrapMedian(values, { seed: 3 }));
    expect(bootstrapMedian(values, { seed: 3, resamples: 50 })).not.toEqual(bootstrapMedian(values, { seed: 4, resamples: 50 }));
  });

  it('agrees with the exact interval from order statistics', () => {
    // The median of 15 draws is at most the k-th value when at least 8 draws are: binomial(15, k / 15) gives
    // 0.0254 for k = 4 and 0.0882 for k = 5, so the 5 % point of the bootstrap distribution is the 5th value.
    const values = Array.from({ length: 15 }, (_, index) => index + 1);
    expect(bootstrapMedian(values, { confidence: 0.9 })).toEqual({ median: 8, low: 5, high: 11 });
  });

  it('covers the true median about as often as it says', () => {
    const random = seededRandom(42);
    let covered = 0;
    for (let trial = 0; trial < 300; trial++) {
      const sample = Array.from({ length: 15 }, () => random());
      const { low, high } = bootstrapMedian(sample, { resamples: 400, seed: trial });
      if (low <= 0.5 && 0.5 <= high) covered++;
    }
    expect(covered / 300).toBeGreaterThan(0.9);
    expect(covered / 300).toBeLessThan(0.99);
  });

  it('ignores a single wild value', () => {
    const { median: middle, high } = bootstrapMedian([1, 1.01, 0.99, 1, 1.02, 0.98, 1, 1.01, 0.99, 1, 1.02, 0.98, 1, 1, 50]);
    expect(middle).toBe(1);
    expect(high).toBeLessThan(1.05);
  });
});
