import { describe, expect, it } from 'vitest';
import { evaluateAdded, evaluatePairs } from './evaluate.ts';
import type { Report } from './job.ts';
import type { Pair } from './pairs.ts';

const report = (cpuMs: number, wallMs: number, peakMb: number): Report => ({ cpuMs, wallMs, peakMb, residentMb: peakMb, tally: {} });

const alike = (count: number, ours: Report, bare: Report): Pair[] => Array.from({ length: count }, () => ({ ours, bare }));

describe('verdict on pairs', () => {
  const idle = { ours: 100, bare: 80 };
  const row = { protocol: 'imap' } as const;

  it('divides ours by bare, memory above the idle child of the same side', () => {
    const { ratios } = evaluatePairs(alike(15, report(1050, 1200, 130), report(1000, 1000, 100)), idle, row);
    expect(ratios.cpu.median).toBe(1.05);
    expect(ratios.wall.median).toBe(1.2);
    expect(ratios.memory.median).toBe(1.5);
  });

  it('is good when every median is within its target', () => {
    expect(evaluatePairs(alike(15, report(1100, 1100, 123), report(1000, 1000, 100)), idle, row).met).toBe(true);
  });

  it.each([
    ['CPU', report(1101, 1000, 120)],
    ['time', report(1000, 1101, 120)],
    ['memory', report(1000, 1000, 124)],
  ])('is bad when %s alone is beyond', (_what, ours) => {
    expect(evaluatePairs(alike(15, ours, report(1000, 1000, 100)), idle, row).met).toBe(false);
  });

  it('is given on time alone where Graph is spoken', () => {
    const slow = (wallMs: number) => evaluatePairs(alike(15, report(2000, wallMs, 200), report(1000, 1000, 100)), idle, { protocol: 'graph-read' });
    expect([slow(1100).met, slow(1101).met]).toEqual([true, false]);
  });

  it('is not given on fewer than 15 pairs', () => {
    expect(evaluatePairs(alike(14, report(1, 1, 101), report(1, 1, 81)), idle, row)).not.toHaveProperty('met');
  });

  it('is not given on a row that is there for information', () => {
    expect(evaluatePairs(alike(15, report(9, 9, 109), report(1, 1, 81)), idle, { ...row, informative: true })).not.toHaveProperty('met');
  });

  it('does not call noise below one MB a ratio', () => {
    const { ratios } = evaluatePairs(alike(15, report(1, 1, 100.9), report(1, 1, 79)), idle, row);
    expect(ratios.memory.median).toBe(1);
  });
});

describe('memory that a big message adds', () => {
  const run = (peakMb: number, sampledMb: number): Report => ({ ...report(1, 1, peakMb), sampledMb });
  const idle = { ours: 100, bare: 80 };

  it('is that of the worst run', () => {
    const { addedMb, met } = evaluateAdded({ ours: [run(110, 109), run(125, 120)], bare: [run(81, 81)] }, idle);
    expect(addedMb.ours).toEqual({ peakMb: 25, sampledMb: 20 });
    expect(met).toBe(true);
  });

  it('is too much from 32 MB on, by either way of looking', () => {
    expect(evaluateAdded({ ours: [run(132, 110)], bare: [run(81, 81)] }, idle).met).toBe(false);
    expect(evaluateAdded({ ours: [run(110, 132)], bare: [run(81, 81)] }, idle).met).toBe(false);
  });
});
