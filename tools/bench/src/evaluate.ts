import type { Report, SideName } from './job.ts';
import type { Pair } from './pairs.ts';
import type { AddedMemory, AddedMemoryResult, PairedResult } from './results.ts';
import { bootstrapMedian, type Estimate } from './statistics.ts';
import { ADDED_MEMORY_MB, MEASURES, PAIRS_FOR_A_VERDICT, TARGETS } from './targets.ts';
import { groupOf, type Workload } from './workloads.ts';

/** Less than this cannot be told from the noise of an allocator: it counts as this much, on either side. */
const MEMORY_GRAIN_MB = 1;

type Idle = Readonly<Record<SideName, number>>;

export function evaluatePairs(pairs: readonly Pair[], idleMb: Idle, workload: Pick<Workload, 'protocol' | 'informative'>): Pick<PairedResult, 'ratios' | 'met'> {
  const grown = (side: SideName, report: Report): number => Math.max(MEMORY_GRAIN_MB, report.peakMb - idleMb[side]);
  const estimate = (of: (pair: Pair) => number): Estimate => bootstrapMedian(pairs.map(of));
  const ratios = {
    cpu: estimate(({ ours, bare }) => ours.cpuMs / bare.cpuMs),
    wall: estimate(({ ours, bare }) => ours.wallMs / bare.wallMs),
    memory: estimate(({ ours, bare }) => grown('ours', ours) / grown('bare', bare)),
  };
  const targets = TARGETS[groupOf(workload)];
  const met = MEASURES.every((measure) => ratios[measure].median <= (targets[measure] ?? Infinity));
  return { ratios, ...(workload.informative !== true && pairs.length >= PAIRS_FOR_A_VERDICT && { met }) };
}

type Runs = Readonly<Record<SideName, readonly Report[]>>;

/** One run is enough for a verdict here: memory that was taken was taken, and the worst run counts. */
export function evaluateAdded(runs: Runs, idleMb: Idle): Pick<AddedMemoryResult, 'addedMb' | 'met'> {
  const added = (side: SideName): AddedMemory => ({
    peakMb: Math.max(...runs[side].map((run) => run.peakMb)) - idleMb[side],
    sampledMb: Math.max(...runs[side].map((run) => run.sampledMb ?? 0)) - idleMb[side],
  });
  const addedMb = { ours: added('ours'), bare: added('bare') };
  return { addedMb, met: addedMb.ours.peakMb < ADDED_MEMORY_MB && addedMb.ours.sampledMb < ADDED_MEMORY_MB };
}
