import type { MessageRef } from '@signalbox/core';
import type { ServerAddress } from '../job.ts';
import type { NamedWorkload } from '../workloads.ts';

/** What one workload is run on. */
export interface Ground {
  /** Of the messages there, in the order of seeding. */
  readonly refs: readonly MessageRef[];
  /** Makes the server what it was before the first round. */
  prepare(): Promise<void>;
  /** What the server has to show after a round; absent where the client's own output is compared. */
  inspect?(): Promise<string>;
  /** What that, or the client's output, must be; absent where only the two sides can be compared. */
  expected?(repeats: number): Promise<string>;
}

/** A server of the benchmark's own, with the mail that the workloads read. */
export interface GroundServer extends AsyncDisposable {
  readonly address: ServerAddress;
  /** Without refs, which only our transport can give, where it takes no part. */
  lay(workload: NamedWorkload, options: { readonly refs: boolean }): Promise<Ground>;
}
