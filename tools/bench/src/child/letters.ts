import { makeMessage, recipientsOf } from '../messages.ts';
import type { Workload } from '../workloads.ts';

export interface Letter {
  readonly from: string;
  readonly to: string;
  /** All whom its header names. */
  readonly named: readonly [string, ...string[]];
  readonly bytes: Buffer;
}

/** What is sent, finished before the clock starts; dealt out to the sinks in turn. */
export const makeLetters = ({ messages, size, place }: Workload, sinks: readonly string[], from?: string): readonly Letter[] =>
  Array.from({ length: messages }, (_, index) => {
    const to = sinks[index % sinks.length] ?? '';
    return { from: from ?? 'bench@lab.test', to, named: recipientsOf({ index, to }), bytes: makeMessage({ index, size, place, to, ...(from !== undefined && { from }) }) };
  });
