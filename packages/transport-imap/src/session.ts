import type { CallOptions, Clock, Logger } from '@signalbox/core';
import type { ImapConfig } from './config.ts';
import type { Connector } from './connection/connect.ts';
import type { ConnectionPool } from './connection/pool.ts';

/** What every operation needs of the open transport. */
export interface Session {
  readonly pool: ConnectionPool;
  readonly connector: Connector;
  readonly config: ImapConfig;
  readonly clock: Clock;
  readonly log: Logger;
  readonly refSpace: string;
}

/** The first line of every call: throws `transport.closed` after disposal, and the signal's reason. */
export function enter({ pool }: Session, options?: CallOptions): void {
  options?.signal?.throwIfAborted();
  pool.closed.throwIfAborted();
}
