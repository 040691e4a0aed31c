import { randomUUID } from 'node:crypto';
import { dirname } from 'node:path';
import { createLeaseKeeper, createRouter, createSending, type Router, type Sending } from '@signalbox/router';
import type { Store } from '@signalbox/store';
import type { Receiver } from '../callbacks/receiver.ts';
import { flows } from '../flows.ts';
import type { Session } from './session.ts';

export interface OpenRouterOptions {
  readonly store: Store;
  /** Another one for every router that runs at the same time. One that was killed and comes again under its name has its mailboxes back at once. */
  readonly node: string;
  /** How long a delivery is the consumer's, in milliseconds. */
  readonly visibilityMs: number;
  /** Where servers tell of new mail. Dispose the router before it. */
  readonly calls?: Receiver;
}

/** For taking back what servers were asked to tell; what is not taken back in that time ends by itself. */
const LEAVING_MS = 2_000;

/** Receives and sends for every mailbox of a session. Dispose it before the session. */
export const openRouter = ({ config, plugins, host }: Session, { store, node, visibilityMs, calls }: OpenRouterOptions): Promise<Router> =>
  createRouter({
    config,
    store,
    plugins,
    flows,
    node,
    host: { ...host, ...(calls && { callbacks: calls, vacated: () => calls.vacated(LEAVING_MS) }) },
    importFrom: dirname(config.file),
    receiving: { visibilityMs },
  });

/** For putting mail into the outbox: it is sent by whichever router works on the mailbox. */
export function openOutbox({ connections, clock, log, config: { outgoing } }: Session, store: Store): Pick<Sending, 'send'> {
  const { from, bcc } = outgoing;
  const owner = randomUUID();
  return createSending({
    outbox: store.outbox,
    leases: createLeaseKeeper({ rows: store.leases, owner, clock, log }),
    owner,
    connections,
    host: { clock, log },
    settings: { ...(from !== undefined && { from }), ...(bcc && { bcc }) },
  });
}
