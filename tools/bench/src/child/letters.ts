import { makeMessage } from '../messages.ts';
import type { Workload } from '../workloads.ts';

export interface Letter {
  readonly from: string;
  readonly to: string;
  readonly bytes: Buffer;
}

/** What is sent, finished before the clock starts; dealt out to the sinks in turn. */
export const makeLetters = ({ messages, size, place }: Workload, sinks: readonly string[]): readonly Letter[] =>
  Array.from({ length: messages }, (_, index) => {
    const to = sinks[index % sinks.length] ?? '';
    return { from: 'bench@lab.test', to, bytes: makeMessage({ index, size, place, to }) };
  });
