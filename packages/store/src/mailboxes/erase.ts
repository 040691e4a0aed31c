import { sql } from 'kysely';
import type { Database } from '../database/database.ts';
import type { Schema } from '../schema/schema.ts';

/** Rows are deleted in transactions of so many, between which others get their turn. */
const PORTION = 2000;

/** The tables with rows of a mailbox, children before their parents. A test knows every table with a column `mailbox`. */
const TABLES: readonly { readonly table: keyof Schema; readonly of?: 'outbox' }[] = [
  { table: 'outbox_event', of: 'outbox' },
  { table: 'outbox_part', of: 'outbox' },
  { table: 'outbox' },
  { table: 'effect' },
  { table: 'sighting' },
  { table: 'ref' },
  { table: 'delivery' },
  { table: 'baseline' },
  { table: 'baseline_run' },
  { table: 'cursor' },
  { table: 'health' },
  { table: 'journal' },
  { table: 'switch' },
];

/** First nobody can begin anything with it, then everything goes, and the mailbox last, so that an interruption leaves something to go on from. */
export async function erase(database: Database, mailbox: string): Promise<void> {
  const { db, now, rowId } = database;
  await database.transaction(async (transaction) => {
    await transaction.deleteFrom('lease').where('mailbox', '=', mailbox).execute();
    await transaction.updateTable('mailbox').set({ state: 'removed', updated_at: now }).where('id', '=', mailbox).execute();
  });
  for (const { table, of } of TABLES) {
    const theirs = of ? sql`${sql.ref(of)} in (select id from ${sql.table(of)} where mailbox = ${mailbox})` : sql`mailbox = ${mailbox}`;
    let deleted: bigint;
    do {
      const { numAffectedRows = 0n } = await sql`
        delete from ${sql.table(table)} where ${rowId} in (select ${rowId} from ${sql.table(table)} where ${theirs} limit ${sql.lit(PORTION)})`.execute(db);
      deleted = numAffectedRows;
    } while (deleted > 0n);
  }
  await db.deleteFrom('mailbox').where('id', '=', mailbox).where('state', '=', 'removed').execute();
}
