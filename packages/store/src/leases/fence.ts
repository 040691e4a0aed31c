import type { Transaction } from 'kysely';
import type { Database } from '../database/database.ts';
import { RouterError } from '../failure/router-error.ts';
import type { Schema } from '../schema/schema.ts';
import type { Holding } from './leases.ts';

/**
 * How every transaction begins that writes on behalf of a lease. It throws `lease.lost` where the lease is over or somebody else's. Otherwise
 * nobody can take the lease before the transaction has ended, and no other transaction of this mailbox runs beside it.
 *
 * The lease is locked by a statement of its own: a statement that waits for the row of the mailbox would afterwards judge the lease
 * by what it was when the waiting began (READ COMMITTED, PostgreSQL manual §13.2.1), and let a late writer through.
 */
export async function fence({ now, keepLocked }: Pick<Database, 'now' | 'keepLocked'>, transaction: Transaction<Schema>, { mailbox, direction, epoch }: Holding): Promise<void> {
  const lease = await keepLocked(
    transaction
      .selectFrom('lease')
      .select('epoch')
      .where('mailbox', '=', mailbox)
      .where('direction', '=', direction)
      .where('epoch', '=', epoch)
      .where('owner', 'is not', null)
      .where('until', '>', now),
  ).executeTakeFirst();
  if (!lease) throw new RouterError('lease.lost', `The lease on the mailbox ${mailbox} (${direction}, epoch ${epoch}) is over: another process may work on it now.`);
  await transaction.updateTable('mailbox').set({ updated_at: now }).where('id', '=', mailbox).execute();
}
