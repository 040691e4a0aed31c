import type { MailboxRecord, Store } from '@signalbox/store';
import { closest } from '../suggest.ts';
import { UsageError } from '../usage-error.ts';

/** A deployed mailbox by id or address. Throws `UsageError` with the nearest name that exists. */
export async function findMailbox(store: Pick<Store, 'mailboxes'>, name: string): Promise<MailboxRecord> {
  const all = await store.mailboxes.list();
  const found = all.find(({ id }) => id === name) ?? all.find(({ address }) => address.toLowerCase() === name.toLowerCase());
  if (found) return found;
  if (all.length === 0) throw new UsageError('No mailbox is deployed yet.', '"signalbox apply" deploys the configuration.');
  const near = closest(name, all.map(({ id, address }) => (name.includes('@') ? address : id)));
  throw new UsageError(`No mailbox "${name}" is deployed.`, near ? `Did you mean "${near}"?` : '"signalbox status" lists them.');
}
