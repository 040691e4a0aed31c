import type { Keyring } from '../crypto/keyring.ts';
import type { Database } from '../database/database.ts';
import { entryOf, type OutboxEntry, type OutboxMail, sealMail } from './entry.ts';
import { addEvent } from './events.ts';
import { outboxStateAfter } from './states.ts';

/** What a person may say of an entry. `found-sent`: it has arrived. */
export type Decision = 'cancelled' | 'retried' | 'found-sent';

/**
 * Answers the entry as it is then; `undefined` where there is none. Throws nothing where the decision does not fit: the state that comes back is
 * the one there is, and whether it changed is told with it.
 */
export function createDecide(database: Database, keyring: Keyring) {
  return async (id: string, decision: Decision): Promise<{ readonly entry: OutboxEntry; readonly isDone: boolean } | undefined> =>
    database.transaction(async (transaction) => {
      const row = await database.takeLocked(transaction.selectFrom('outbox').selectAll().where('id', '=', id)).executeTakeFirst();
      if (!row) return undefined;
      const entry = entryOf(row, keyring);
      const after = outboxStateAfter(row.state, decision);
      // Nothing can be sent again of what is not kept any more; what an engine is looking for just now is its to decide, and what may have left cannot be called back.
      const isOpen = row.state === 'unknown' || (row.state === 'queued' && entry.mail?.mayHaveLeft === true);
      if (after === undefined || isOpen || (after === 'queued' && row.sealed === null)) return { entry, isDone: false };
      const changed = await transaction
        .updateTable('outbox')
        .where('id', '=', id)
        .set({
          state: after,
          claimed_until: null,
          claimed_epoch: null,
          updated_at: database.now,
          ...(after === 'queued' && { due_at: database.now, deadline: null, looks: 0, ...(entry.mail?.mayHaveLeft && sealMail(keyring, id, asNotSent(entry.mail))) }),
          ...(after === 'sent' && { sent_at: database.now, last_error: null }),
        })
        .returningAll()
        .executeTakeFirstOrThrow();
      await addEvent(database, transaction, id, decision, { by: 'person' });
      return { entry: entryOf(changed, keyring), isDone: true };
    });
}

/** A person has decided that it has not left: it may go any way from now on. */
function asNotSent(mail: OutboxMail): OutboxMail {
  const { mayHaveLeft: _, ...rest } = mail;
  return rest;
}
