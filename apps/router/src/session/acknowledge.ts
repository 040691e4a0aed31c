import { effectOf, type OnAck } from '@signalbox/router';
import type { Acknowledged, Store } from '@signalbox/store';
import { deploymentsOf } from './deploying.ts';

/** In the place of the consumer: what the deployed configuration has done on an acknowledgement is journaled with it. */
export async function acknowledge(store: Store, ids: readonly string[]): Promise<readonly Acknowledged[]> {
  const inForce = await deploymentsOf(store).current();
  const onAck = new Map<string, OnAck>(inForce?.deployed.mailboxes.map((mailbox) => [mailbox.id, mailbox.onAck]));
  return store.deliveries.ack({ ids, effectOf: (mailbox) => effectOf(onAck.get(mailbox) ?? { do: 'nothing' }) });
}
