import type { Database } from '../database/database.ts';
import { chunksOf } from '../ledger/chunks.ts';
import type { HealthTable } from '../schema/mailboxes.ts';

/** How one direction of a mailbox goes, as the router that works on it said last. */
export interface HealthReport {
  readonly mailbox: string;
  readonly direction: HealthTable['direction'];
  /** A word of the router's. */
  readonly state: string;
  /** Everything that was there then has been seen. */
  readonly completeUpTo?: number;
  readonly retryAt?: number;
  /** JSON, free of secrets. */
  readonly error?: string;
  readonly at: number;
}

/** For whoever looks on from another process. Nothing is decided by it, so that a router that cannot write it works all the same. */
export interface Health {
  /** Of mailboxes that are there; the others are passed over. */
  report(reports: readonly Omit<HealthReport, 'at'>[]): Promise<void>;
  list(): Promise<readonly HealthReport[]>;
}

export function createHealth({ db, now }: Pick<Database, 'db' | 'now'>): Health {
  return {
    async report(reports) {
      for (const chunk of chunksOf(reports, 100)) {
        const there = await db.selectFrom('mailbox').select('id').where('id', 'in', chunk.map(({ mailbox }) => mailbox)).where('state', '!=', 'removed').execute();
        const known = new Set(there.map(({ id }) => id));
        const values = chunk
          .filter(({ mailbox }) => known.has(mailbox))
          .map(({ mailbox, direction, state, completeUpTo = null, retryAt = null, error = null }) => ({ mailbox, direction, state, complete_up_to: completeUpTo, retry_at: retryAt, error, at: now }));
        if (values.length === 0) continue;
        await db
          .insertInto('health')
          .values(values)
          .onConflict((conflict) =>
            conflict.columns(['mailbox', 'direction']).doUpdateSet((row) => ({
              state: row.ref('excluded.state'),
              complete_up_to: row.ref('excluded.complete_up_to'),
              retry_at: row.ref('excluded.retry_at'),
              error: row.ref('excluded.error'),
              at: row.ref('excluded.at'),
            })),
          )
          .execute();
      }
    },
    async list() {
      const rows = await db.selectFrom('health').selectAll().orderBy('mailbox').orderBy('direction').execute();
      return rows.map(({ complete_up_to: completeUpTo, retry_at: retryAt, error, ...row }) => ({
        ...row,
        ...(completeUpTo !== null && { completeUpTo }),
        ...(retryAt !== null && { retryAt }),
        ...(error !== null && { error }),
      }));
    },
  };
}
