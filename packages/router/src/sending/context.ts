import type { Clock, Logger } from '@signalbox/core';
import type { Outbox } from '@signalbox/store';
import type { Connections } from '../connections/connections.ts';
import type { LeaseKeeper } from '../leases/keeper.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { SendingSettings } from './settings.ts';

/** The part of the connections that sending needs. */
export type SendingConnections = Pick<Connections, 'open' | 'mailboxes'>;

export interface SendingHost {
  readonly clock: Clock;
  readonly log: Logger;
  /** Milliseconds that never jump; `performance.now` by default. */
  readonly monotonic?: () => number;
  /** Between 0 and 1; `Math.random` by default. */
  readonly random?: () => number;
}

export interface SendingOptions {
  readonly outbox: Outbox;
  readonly leases: LeaseKeeper;
  /** The owner that the lease keeper asks as. */
  readonly owner: string;
  readonly connections: SendingConnections;
  readonly host: SendingHost;
  readonly settings?: Partial<SendingSettings>;
  /** Told of everything that becomes of an entry, once it is written down. */
  readonly onOutcome?: (outcome: SendingOutcome) => void;
}

export interface SendingOutcome {
  readonly entry: string;
  readonly mailbox: string;
  readonly event: string;
  readonly state: string;
  readonly code?: string;
}

/** What every step uses. */
export interface SendingContext extends Omit<SendingOptions, 'settings' | 'host'> {
  readonly host: Required<SendingHost>;
  /** Those in force: take them off the context each time, as they may be replaced. */
  readonly settings: SendingSettings;
  readonly telemetry: Telemetry;
}
