import type { SideName } from '../job.ts';
import type { Cost, Memory, Submitted } from './calls.ts';

/** What one side did in one life. */
export interface Life {
  readonly side: SideName;
  readonly memoryEmpty: Memory;
  readonly memoryTen: Memory;
  readonly memoryFifty: Memory;
  readonly firstSync: Cost;
  readonly fortyMore: Cost;
  readonly start: { readonly servingMs: number; readonly watchedMs: number };
  readonly rest: Cost;
  readonly memoryServing: Memory;
  readonly quiet: Trickled;
  readonly busy: Trickled;
  readonly burst: Cost & { readonly count: number };
  readonly submitted: Submitted & { readonly count: number };
}

export interface Trickled {
  /** In ascending order. */
  readonly latenciesMs: readonly number[];
  readonly cpuMs: number;
}

/** Throws where something did not come, or came without having been sent. */
export function latencies(deliveredAt: readonly number[], arrivals: readonly (readonly [index: number, at: number])[]): readonly number[] {
  if (arrivals.length !== deliveredAt.length) throw new Error(`${arrivals.length} of ${deliveredAt.length} messages came.`);
  return arrivals
    .map(([index, at]) => {
      const began = deliveredAt[index];
      if (began === undefined) throw new Error(`Message ${index} came, and nobody had sent it.`);
      return at - began;
    })
    .toSorted((a, b) => a - b);
}
