import type { Transaction } from 'kysely';
import type { Database } from '../database/database.ts';
import { RouterError } from '../failure/router-error.ts';
import type { MailboxTable } from '../schema/mailboxes.ts';
import type { Schema } from '../schema/schema.ts';
import { erase } from './erase.ts';

export interface MailboxRecord {
  readonly id: string;
  readonly address: string;
  /** `removed`: what is stored of it is being erased. */
  readonly state: MailboxTable['state'];
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** The mailboxes that something is stored of. */
export interface Mailboxes {
  /** Makes it, active, or gives it this address: everything stored stays with the id. Throws `mailbox.unknown` while it is being removed. */
  put(mailbox: Pick<MailboxRecord, 'id' | 'address'>): Promise<void>;
  get(id: string): Promise<MailboxRecord | undefined>;
  list(): Promise<readonly MailboxRecord[]>;
  /** The ids of those that nobody shall work on: paused, or being removed. */
  inactive(): Promise<readonly string[]>;
  /** Says that nobody shall work on it; whoever does has to look. Throws `mailbox.unknown`. */
  pause(id: string): Promise<void>;
  /** Throws `mailbox.unknown`. */
  resume(id: string): Promise<void>;
  /**
   * Erases all that is stored of it, but what the audit log says. Whoever works on it loses the lease first. It is done in portions; when it is
   * interrupted the mailbox stays `removed`, and the next call goes on. Nothing happens where nothing is stored.
   */
  remove(id: string): Promise<void>;
}

export function createMailboxes(database: Database): Mailboxes {
  const { db, now } = database;
  const setState = async (id: string, state: 'active' | 'paused'): Promise<void> => {
    const { numUpdatedRows } = await db
      .updateTable('mailbox')
      .set({ state, updated_at: now })
      .where('id', '=', id)
      .where('state', '!=', 'removed')
      .executeTakeFirstOrThrow();
    if (numUpdatedRows === 0n) throw unknownMailbox(id);
  };
  const get: Mailboxes['get'] = async (id) => {
    const row = await db.selectFrom('mailbox').selectAll().where('id', '=', id).executeTakeFirst();
    return row && toRecord(row);
  };
  return {
    get,
    async put({ id, address }) {
      const known = await get(id);
      if (known?.address === address && known.state !== 'removed') return; // a router starts with thousands of them, and a write costs a flush of the disk
      const row = await db
        .insertInto('mailbox')
        .values({ id, address, state: 'active', next_sequence: 1, created_at: now, updated_at: now })
        .onConflict((conflict) => conflict.column('id').doUpdateSet({ address, updated_at: now }).where('mailbox.state', '!=', 'removed'))
        .returning('id')
        .executeTakeFirst();
      if (!row) throw new RouterError('mailbox.unknown', `The mailbox ${id} is being removed.`);
    },
    async list() {
      return (await db.selectFrom('mailbox').selectAll().orderBy('id').execute()).map(toRecord);
    },
    async inactive() {
      return (await db.selectFrom('mailbox').select('id').where('state', '!=', 'active').execute()).map(({ id }) => id);
    },
    pause: (id) => setState(id, 'paused'),
    resume: (id) => setState(id, 'active'),
    remove: (id) => erase(database, id),
  };
}

/** How a transaction begins that stores something of a mailbox without a lease on it. Nobody can remove the mailbox before it has ended. Throws `mailbox.unknown`. */
export async function demandMailbox({ keepLocked }: Pick<Database, 'keepLocked'>, transaction: Transaction<Schema>, id: string): Promise<void> {
  const row = await keepLocked(transaction.selectFrom('mailbox').select('id').where('id', '=', id).where('state', '!=', 'removed')).executeTakeFirst();
  if (!row) throw unknownMailbox(id);
}

export const unknownMailbox = (id: string): RouterError => new RouterError('mailbox.unknown', `There is no mailbox ${id}.`);

const toRecord = ({ id, address, state, created_at: createdAt, updated_at: updatedAt }: MailboxTable): MailboxRecord => ({
  id,
  address,
  state,
  createdAt: new Date(createdAt),
  updatedAt: new Date(updatedAt),
});
