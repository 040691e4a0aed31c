import { seededRandom } from './random.ts';

/** A median and the interval in which it lies with the given confidence. */
export interface Estimate {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

export interface BootstrapOptions {
  readonly resamples?: number;
  /** Between 0 and 1; 0.95 unless told. */
  readonly confidence?: number;
  readonly seed?: number;
}

export function median(values: readonly number[]): number {
  return quantile(values.toSorted(ascending), 0.5);
}

/** The quantile of values in ascending order, interpolated between neighbours (Hyndman and Fan's type 7). */
export function quantile(sorted: readonly number[], share: number): number {
  if (sorted.length === 0) throw new RangeError('There is no quantile of nothing.');
  const position = (sorted.length - 1) * share;
  const below = at(sorted, Math.floor(position));
  return below + (at(sorted, Math.ceil(position)) - below) * (position % 1);
}

/** Median with its percentile bootstrap interval: the medians of many samples drawn from the sample itself. */
export function bootstrapMedian(values: readonly number[], options: BootstrapOptions = {}): Estimate {
  const { resamples = 10_000, confidence = 0.95, seed = 1 } = options;
  const random = seededRandom(seed);
  const medians = Array.from({ length: resamples }, () => median(values.map(() => at(values, Math.floor(random() * values.length)))));
  medians.sort(ascending);
  const tail = (1 - confidence) / 2;
  return { median: median(values), low: quantile(medians, tail), high: quantile(medians, 1 - tail) };
}

const ascending = (a: number, b: number): number => a - b;

function at(values: readonly number[], index: number): number {
  const value = values[index];
  if (value === undefined) throw new RangeError(`No value at ${index}.`);
  return value;
}
