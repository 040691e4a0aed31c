import type { FaultState, TenantDescription } from '@signalbox/tenant-sim';
import type { PlannedFault } from '../plan/faults.ts';
import type { PlannedMailbox } from '../plan/population.ts';
import type { TrafficEvent } from '../plan/traffic.ts';

// What is asked of the tenant's process, and what it answers.

export interface TenantSettings {
  readonly mailboxes: readonly PlannedMailbox[];
  /** Where it lays down its authority's certificate. */
  readonly folder: string;
  /** Where it writes what happened. */
  readonly truthFile: string;
  /** Letters in each mailbox before anybody comes. */
  readonly before: number;
}

/** Where change notifications arrive, and the port that the router has to listen on for them. */
export interface CallbackPlace {
  readonly publicUrl: string;
  readonly port: number;
}

export interface StartedTenant {
  readonly description: TenantDescription;
  readonly callbacks: CallbackPlace;
}

/** As the router is told of it; without a place, it subscribes to nothing. */
export type ReachableTenant = Pick<StartedTenant, 'description'> & Partial<Pick<StartedTenant, 'callbacks'>>;

export interface TenantCalls {
  start: (settings: TenantSettings) => StartedTenant;
  play: (event: TrafficEvent) => void;
  /** A letter that tells whether a mailbox is being read yet. */
  probe: (mailbox: string, tag: string) => void;
  setFault: (fault: PlannedFault) => number;
  clearFault: (id: number) => void;
  clearFaults: () => void;
  faults: () => readonly FaultState[];
  jumpClock: (ms: number) => void;
  /** How far its clock is from the machine's. */
  clockOffset: () => number;
  /** A person at the sign-in page: answers where the browser is sent afterwards. */
  signIn: (url: string, address: string) => string;
}

export interface TenantRequest {
  readonly id: number;
  readonly call: keyof TenantCalls;
  readonly args: readonly unknown[];
}

export interface TenantAnswer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}
