import type { InternetMessageId } from '@signalbox/core';
import type { Keyring } from '../crypto/keyring.ts';
import type { Database } from '../database/database.ts';
import { entryOf, type OutboxEntry } from './entry.ts';
import type { OutboxDetail, OutboxHistoryEvent } from './events.ts';
import type { OutboxState } from './states.ts';

export interface OutboxFilter {
  readonly mailbox?: string;
  readonly states?: readonly OutboxState[];
  /** Only what came before this entry. */
  readonly before?: string;
  /** 100 by default. */
  readonly limit?: number;
}

export function createFind({ db }: Pick<Database, 'db'>, keyring: Keyring) {
  return {
    async find(id: string): Promise<OutboxEntry | undefined> {
      const row = await db.selectFrom('outbox').selectAll().where('id', '=', id).executeTakeFirst();
      return row && entryOf(row, keyring);
    },

    /** The newest first. */
    async list({ mailbox, states, before, limit = 100 }: OutboxFilter = {}): Promise<readonly OutboxEntry[]> {
      let query = db.selectFrom('outbox').selectAll();
      if (mailbox !== undefined) query = query.where('mailbox', '=', mailbox);
      if (states) query = query.where('state', 'in', states);
      if (before !== undefined) {
        const mark = db.selectFrom('outbox').where('id', '=', before);
        query = query.where((row) => row.or([row('created_at', '<', mark.select('created_at')), row.and([row('created_at', '=', mark.select('created_at')), row('id', '<', before)])]));
      }
      const rows = await query.orderBy('created_at', 'desc').orderBy('id', 'desc').limit(limit).execute();
      return rows.map((row) => entryOf(row, keyring));
    },

    /** The oldest first; that it was submitted is no event of its own. */
    async history(id: string): Promise<readonly OutboxHistoryEvent[]> {
      const rows = await db.selectFrom('outbox_event').select(['at', 'what', 'detail']).where('outbox', '=', id).orderBy('number').execute();
      return rows.map(({ at, what, detail }) => ({ at: new Date(at), what, ...(detail !== null && { detail: JSON.parse(detail) as OutboxDetail }) }));
    },

    /** Which of these Message-IDs are mail that was sent from here, by any mailbox, and as which entry. */
    async ownOf(messageIds: readonly InternetMessageId[]): Promise<ReadonlyMap<InternetMessageId, string>> {
      if (messageIds.length === 0) return new Map();
      const rows = await db
        .selectFrom('outbox')
        .select(['id', 'message_id', 'filed_as'])
        .where((row) => row.or([row('message_id', 'in', messageIds), row('filed_as', 'in', messageIds)]))
        .execute();
      return new Map(rows.flatMap(({ id, message_id, filed_as }) => [message_id, ...(filed_as === null ? [] : [filed_as])].map((messageId) => [messageId, id] as const)));
    },
  };
}
