import { calibrated } from './calibrate.ts';
import type { Report, SideName } from './job.ts';

export interface Pair {
  readonly ours: Report;
  readonly bare: Report;
}

export interface PairsOptions {
  readonly pairs: number;
  readonly repeats: number;
  readonly shortestRoundMs: number;
  run(side: SideName, repeats: number): Promise<Report>;
  onPair?(done: number, repeats: number): void;
}

export interface PairedRounds {
  readonly repeats: number;
  readonly pairs: readonly Pair[];
}

const MOST_RESTARTS = 3;

/**
 * Rounds in the order A B B A A B B A …: whatever drifts slowly weighs on both sides alike. When a round turns out
 * shorter than allowed, all are thrown away and made anew with more repetitions.
 */
export async function runPairs(options: PairsOptions): Promise<PairedRounds> {
  let { repeats } = options;
  for (let restart = 0; restart <= MOST_RESTARTS; restart++) {
    const pairs = await attempt(options, repeats);
    if (Array.isArray(pairs)) return { repeats, pairs };
    repeats = Math.max(repeats + 1, calibrated(pairs.tooShortMs / repeats, options.shortestRoundMs));
  }
  throw new Error(`Rounds stayed shorter than ${options.shortestRoundMs} ms with ${repeats} repetitions.`);
}

async function attempt(options: PairsOptions, repeats: number): Promise<Pair[] | { readonly tooShortMs: number }> {
  const pairs: Pair[] = [];
  while (pairs.length < options.pairs) {
    const [first, second]: readonly SideName[] = pairs.length % 2 === 0 ? ['ours', 'bare'] : ['bare', 'ours'];
    const reports: Partial<Record<SideName, Report>> = {};
    for (const side of [first, second] as readonly SideName[]) {
      const report = await options.run(side, repeats);
      if (report.wallMs < options.shortestRoundMs) return { tooShortMs: report.wallMs };
      reports[side] = report;
    }
    pairs.push(reports as Pair);
    options.onPair?.(pairs.length, repeats);
  }
  return pairs;
}
