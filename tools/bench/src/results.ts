import type { Pair } from './pairs.ts';
import type { Report, SideName } from './job.ts';
import type { Estimate } from './statistics.ts';
import type { Measure } from './targets.ts';
import type { Machine } from './report/machine.ts';
import type { WorkloadName } from './workloads.ts';

export interface Results {
  /** A smoke run has too few pairs for a verdict; a self-check measured the bare library twice. */
  readonly kind: 'full' | 'smoke' | 'self-check';
  readonly machine: Machine;
  readonly paired: readonly PairedResult[];
  readonly added: readonly AddedMemoryResult[];
  /** Whether every target was met; absent after a smoke run. */
  readonly met?: boolean;
}

export interface PairedResult {
  readonly workload: WorkloadName;
  readonly repeats: number;
  /** Ours divided by bare, pair by pair: the median and its 95 % interval. */
  readonly ratios: Readonly<Record<Measure, Estimate>>;
  /** Resident memory of a child that connected and did nothing, in MB: the median of several. */
  readonly idleMb: Readonly<Record<SideName, number>>;
  /** Absent after a smoke run. */
  readonly met?: boolean;
  readonly pairs: readonly Pair[];
}

export interface AddedMemoryResult {
  readonly workload: WorkloadName;
  /** The worst of several runs, above the idle child. */
  readonly addedMb: Readonly<Record<SideName, AddedMemory>>;
  readonly idleMb: Readonly<Record<SideName, number>>;
  readonly met?: boolean;
  readonly runs: Readonly<Record<SideName, readonly Report[]>>;
}

export interface AddedMemory {
  /** By the kernel's own high-water mark. */
  readonly peakMb: number;
  /** By looking every few milliseconds. */
  readonly sampledMb: number;
}
