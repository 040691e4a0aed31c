import type { Callbacks, CallOptions, Clock, Logger } from '@signalbox/core';
import type { GraphConfig } from './config.ts';
import type { GraphClient } from './http/client.ts';

/** What every operation needs of the open transport. */
export interface Session {
  readonly client: GraphClient;
  readonly config: GraphConfig;
  readonly clock: Clock;
  readonly log: Logger;
  readonly refSpace: string;
  /** The mailbox as Graph knows it. */
  readonly user: string;
  /** Where Graph can tell of changes, if there is such a place. */
  readonly callbacks?: Callbacks | undefined;
  /** Ids of the subscriptions that are kept in being here. */
  readonly subscriptions: Set<string>;
}

/** The first line of every call: throws `transport.closed` after disposal, and the signal's reason. */
export function enter({ client }: Session, options?: CallOptions): void {
  options?.signal?.throwIfAborted();
  client.closed.throwIfAborted();
}
