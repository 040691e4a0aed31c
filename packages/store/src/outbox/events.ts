import { type Kysely, sql } from 'kysely';
import type { Database } from '../database/database.ts';
import type { Schema } from '../schema/schema.ts';

/** One line of the history of an entry. */
export interface OutboxHistoryEvent {
  readonly at: Date;
  /** A name, such as `attempted` or `found-sent`. */
  readonly what: string;
  /** In clear: codes and counts, nothing that is somebody's. */
  readonly detail?: OutboxDetail;
}

export type OutboxDetail = Readonly<Record<string, string | number | boolean>>;

export async function addEvent({ now }: Pick<Database, 'now'>, db: Kysely<Schema>, entry: string, what: string, detail?: OutboxDetail): Promise<void> {
  const number = sql<number>`(select coalesce(max(number), 0) + 1 from outbox_event where outbox = ${entry})`;
  await db
    .insertInto('outbox_event')
    .values({ outbox: entry, number, at: now, what, detail: detail && Object.keys(detail).length > 0 ? JSON.stringify(detail) : null })
    .execute();
}
