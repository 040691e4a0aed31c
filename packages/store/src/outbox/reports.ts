import type { Keyring } from '../crypto/keyring.ts';
import type { Database } from '../database/database.ts';
import { entryOf, type OutboxEntry, type ReportedFailure, sealMail } from './entry.ts';
import { addEvent } from './events.ts';

/**
 * Writes down what a mail server reported. The same report twice is one: it may come by two doors, or be delivered again. `undefined` where there
 * is no such entry.
 */
export function createReports(database: Database, keyring: Keyring) {
  return async (id: string, reported: readonly ReportedFailure[]): Promise<OutboxEntry | undefined> =>
    database.transaction(async (transaction) => {
      const row = await database.takeLocked(transaction.selectFrom('outbox').selectAll().where('id', '=', id)).executeTakeFirst();
      if (!row) return undefined;
      const entry = entryOf(row, keyring);
      const known = new Set((entry.mail?.reported ?? []).map(keyOf));
      const news = reported.filter((each) => !known.has(keyOf(each)));
      const isBounce = reported.some(({ action }) => action === 'failed');
      if (news.length === 0 && (!isBounce || entry.bouncedAt)) return entry;
      const changed = await transaction
        .updateTable('outbox')
        .where('id', '=', id)
        .set({
          ...(isBounce && !entry.bouncedAt && { bounced_at: database.now }),
          ...(entry.mail && sealMail(keyring, id, { ...entry.mail, reported: [...(entry.mail.reported ?? []), ...news] })),
          updated_at: database.now,
        })
        .returningAll()
        .executeTakeFirstOrThrow();
      for (const { action, status, delivery } of entry.mail ? news : reported) {
        await addEvent(database, transaction, id, `report-${action}`, { ...(status !== undefined && { status }), ...(delivery !== undefined && { delivery }) });
      }
      return entryOf(changed, keyring);
    });
}

const keyOf = ({ address, action, delivery }: ReportedFailure): string => JSON.stringify([address.toLowerCase(), action, delivery]);
