import type { Tally } from '../job.ts';

/** One way of doing one workload, connected and ready. */
export interface Side extends AsyncDisposable {
  /** Lets the machine compile what will be measured; at least a tenth of the work. */
  warmUp(): Promise<unknown>;
  /** One repetition. Looks at the output no more than to count it. */
  work(): Promise<Tally>;
  /** Does the work once more and digests its whole essential output; absent where only the server can tell. */
  verify?(): Promise<string | undefined>;
}
