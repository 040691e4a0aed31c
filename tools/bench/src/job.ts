import type { MessageRef } from '@signalbox/core';
import type { WorkloadName } from './workloads.ts';

export type SideName = 'ours' | 'bare';
export const SIDES = ['ours', 'bare'] as const;

/** What a child process is told. JSON. */
export interface Job<Server extends ServerAddress = ServerAddress> {
  readonly side: SideName;
  readonly workload: WorkloadName;
  /**
   * `idle`: import, connect, open the folder, have the input ready, and do nothing.
   * `round`: warm up, then `repeats` measured repetitions, then one whose whole output is digested.
   */
  readonly mode: 'idle' | 'round';
  readonly repeats: number;
  readonly server: Server;
  /** Ours only, where the workload reads or marks what is there already; in the order of seeding. */
  readonly refs?: readonly MessageRef[];
  /** Read the memory every few milliseconds. */
  readonly sample?: boolean;
  /** Write a CPU profile of the measured repetitions to this file. */
  readonly profile?: string;
}

export type ServerAddress = DovecotAddress | TenantAddress;

export interface DovecotAddress {
  readonly kind: 'dovecot';
  readonly host: string;
  readonly imapsPort: number;
  readonly submissionsPort: number;
  /** PEM. */
  readonly ca: string;
  readonly user: string;
  readonly password: string;
  /** The mailboxes that sends go to. */
  readonly sinks: readonly string[];
}

/** A simulated tenant's Graph. */
export interface TenantAddress {
  readonly kind: 'tenant';
  /** Ends in the API's version. */
  readonly baseUrl: string;
  /** PEM. */
  readonly ca: string;
  readonly user: string;
  readonly token: string;
  /** Addresses elsewhere, that sends go to. */
  readonly sinks: readonly string[];
}

/** What one repetition counted of its own output; the same on both sides, or the benchmark fails. */
export type Tally = Readonly<Record<string, number>>;

/** What a child process answers. Times in ms, memory in MB. */
export interface Report {
  readonly wallMs: number;
  readonly cpuMs: number;
  /** The most that was ever resident, up to the end of the measured repetitions. */
  readonly peakMb: number;
  /** Resident at the end of the measured repetitions; for an idle child the one figure that counts. */
  readonly residentMb: number;
  /** The most that the samples saw. */
  readonly sampledMb?: number;
  readonly tally: Tally;
  /** Of the essential output of one repetition, order removed; absent where only the server can tell. */
  readonly digest?: string;
}

export type Reply = { readonly report: Report } | { readonly error: string };
