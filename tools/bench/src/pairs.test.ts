import { describe, expect, it } from 'vitest';
import { calibrated } from './calibrate.ts';
import type { Report, SideName } from './job.ts';
import { runPairs } from './pairs.ts';

const report = (wallMs: number): Report => ({ wallMs, cpuMs: wallMs, peakMb: 1, residentMb: 1, tally: {} });

describe('calibration', () => {
  it('repeats small work until a round is long enough, with a margin', () => {
    expect(calibrated(100, 1000)).toBe(13);
    expect(calibrated(130, 1000)).toBe(10);
  });

  it('does long work once', () => {
    expect(calibrated(1700, 1000)).toBe(1);
  });

  it('refuses work that took no time', () => {
    expect(() => calibrated(0, 1000)).toThrow(RangeError);
    expect(() => calibrated(Number.NaN, 1000)).toThrow(RangeError);
  });
});

describe('paired rounds', () => {
  it('come in the order A B B A', async () => {
    const order: SideName[] = [];
    await runPairs({
      pairs: 4,
      repeats: 1,
      shortestRoundMs: 1000,
      run: async (side) => {
        order.push(side);
        return report(1000);
      },
    });
    expect(order).toEqual(['ours', 'bare', 'bare', 'ours', 'ours', 'bare', 'bare', 'ours']);
  });

  it('keep each report with its side', async () => {
    const { pairs } = await runPairs({ pairs: 2, repeats: 1, shortestRoundMs: 1, run: async (side) => report(side === 'ours' ? 20 : 10) });
    expect(pairs.map((pair) => [pair.ours.wallMs, pair.bare.wallMs])).toEqual([
      [20, 10],
      [20, 10],
    ]);
  });

  it('are all made anew with more repetitions when one was too short', async () => {
    const asked: number[] = [];
    const result = await runPairs({
      pairs: 2,
      repeats: 4,
      shortestRoundMs: 1000,
      run: async (_side, repeats) => {
        asked.push(repeats);
        return report(asked.length === 3 ? 800 : repeats * 260);
      },
    });
    expect(asked).toEqual([4, 4, 4, 7, 7, 7, 7]);
    expect(result.repeats).toBe(7);
    expect(result.pairs).toHaveLength(2);
  });

  it('are given up when they stay too short', async () => {
    await expect(runPairs({ pairs: 1, repeats: 1, shortestRoundMs: 1000, run: async () => report(1) })).rejects.toThrow('stayed shorter');
  });
});
