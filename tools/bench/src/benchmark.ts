import { calibrated } from './calibrate.ts';
import { evaluateAdded, evaluatePairs } from './evaluate.ts';
import type { Report, SideName } from './job.ts';
import { runPairs } from './pairs.ts';
import type { AddedMemoryResult, PairedResult } from './results.ts';
import { PAIRS_FOR_A_VERDICT, SHORTEST_ROUND_MS } from './targets.ts';
import type { Trial } from './trial.ts';
import type { NamedWorkload, Workload, WorkloadName } from './workloads.ts';

const IDLE_CHILDREN = 5;
const BIG_RUNS = 3;

/** A smoke run need not know the idle memory well. */
const idleChildren = (pairs: number): number => (pairs < PAIRS_FOR_A_VERDICT ? 1 : IDLE_CHILDREN);

/** Child processes that a workload takes, for the estimate of the time left. */
export const childrenOf = ({ kind }: Workload, pairs: number): number => 2 * (idleChildren(pairs) + (kind === 'pairs' ? 1 + pairs : BIG_RUNS));

export async function measurePairs(named: NamedWorkload, trial: Trial, wanted: number): Promise<PairedResult> {
  const repeats = await calibrate(trial);
  const idleMb = await forBoth((side) => trial.idleMb(side, idleChildren(wanted)));
  const rounds = await runPairs({
    pairs: wanted,
    repeats,
    shortestRoundMs: SHORTEST_ROUND_MS,
    run: (side, count) => trial.round(side, count),
  });
  return { workload: named.name, ...rounds, idleMb, ...evaluatePairs(rounds.pairs, idleMb, named) };
}

/**
 * How often to repeat the work in a round, for both sides. The first look may be at a cold server; it also lets the
 * server fill its caches, and the compile cache be filled, before anything counts.
 */
async function calibrate(trial: Trial): Promise<number> {
  let repeats = 1;
  for (let look = 0; look < 2; look++) {
    const times = await forBoth(async (side) => (await trial.round(side, repeats)).wallMs);
    const fastest = Math.min(times.ours, times.bare);
    const enough = calibrated(fastest / repeats, SHORTEST_ROUND_MS);
    if (fastest >= SHORTEST_ROUND_MS) return enough;
    repeats = enough;
  }
  return repeats;
}

export async function measureAdded(workload: WorkloadName, trial: Trial, pairs: number): Promise<AddedMemoryResult> {
  const runs = await forBoth(async (side) => {
    const reports: Report[] = [];
    // The first child of a side fills the compile cache, and what compiling takes is not the message's.
    await trial.round(side, 1);
    while (reports.length < BIG_RUNS) reports.push(await trial.round(side, 1));
    return reports;
  });
  const idleMb = await forBoth((side) => trial.idleMb(side, idleChildren(pairs)));
  return { workload, idleMb, runs, ...evaluateAdded(runs, idleMb) };
}

async function forBoth<T>(measure: (side: SideName) => Promise<T>): Promise<Record<SideName, T>> {
  const ours = await measure('ours');
  return { ours, bare: await measure('bare') };
}
