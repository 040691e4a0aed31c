import type { Clock, EmailAddress, Logger } from '@signalbox/core';
import type { GraphClient } from '../http/client.ts';

/** What every step of sending uses. */
export interface Sending {
  readonly client: Pick<GraphClient, 'json' | 'run' | 'closed' | 'host'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly mailbox: EmailAddress;
}
