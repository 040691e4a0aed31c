import { sql } from 'kysely';
import type { Database } from '../database/database.ts';

export interface PruneOptions {
  /** Content and addresses of what has been final for so long are dropped, in milliseconds. */
  readonly contentAfterMs: number;
  /** The rest of it too. */
  readonly rowAfterMs: number;
}

/** A submission that never ended is certainly over after this. */
const ORPHAN_MS = 24 * 3_600_000;
const AT_ONCE = 500;

/** Drops what need not be kept any more, some of it at a time. Answers whether there may be more. */
export function createPrune(database: Database) {
  const over = sql<boolean>`outbox.state in ('sent', 'refused', 'failed', 'cancelled') and (outbox.copy is null or outbox.copy <> 'due')`;
  return async ({ contentAfterMs, rowAfterMs }: PruneOptions): Promise<boolean> =>
    database.transaction(async (transaction) => {
      const finals = (age: number) => transaction.selectFrom('outbox').select('id').where(over).where('updated_at', '<', sql<number>`${database.now} - ${age}`).limit(AT_ONCE);
      // Locked until it is gone: a person may want it tried again just now, and another process may be at the same rows.
      const stale = await database.skipLocked(finals(contentAfterMs).where('sealed', 'is not', null)).execute();
      const gone = await database.skipLocked(finals(rowAfterMs)).execute();
      const orphans = await transaction
        .selectFrom('outbox_part')
        .select('outbox as id')
        .distinct()
        .where('at', '<', sql<number>`${database.now} - ${ORPHAN_MS}`)
        .where((row) => row.not(row.exists(row.selectFrom('outbox').select('outbox.id').whereRef('outbox.id', '=', 'outbox_part.outbox'))))
        .limit(AT_ONCE)
        .execute();
      const ids = (rows: readonly { readonly id: string }[]): readonly string[] => rows.map(({ id }) => id);
      const partless = [...ids(stale), ...ids(gone), ...ids(orphans)];
      if (partless.length > 0) await transaction.deleteFrom('outbox_part').where('outbox', 'in', partless).execute();
      if (stale.length > 0) await transaction.updateTable('outbox').set({ sealed: null, key_id: null }).where('id', 'in', ids(stale)).execute();
      if (gone.length > 0) {
        await transaction.deleteFrom('outbox_event').where('outbox', 'in', ids(gone)).execute();
        await transaction.deleteFrom('outbox').where('id', 'in', ids(gone)).execute();
      }
      return [stale, gone, orphans].some(({ length }) => length === AT_ONCE);
    });
}
