export { type PairedRounds, type PairsOptions, type Pair, runPairs } from './pairs.ts';
export type { AddedMemory, AddedMemoryResult, PairedResult, Results } from './results.ts';
export { type BootstrapOptions, bootstrapMedian, type Estimate, median, quantile } from './statistics.ts';
