import { sql } from 'kysely';
import type { Database } from '../database/database.ts';
import { type Aged, before, PORTION } from './portions.ts';

interface Candidate {
  readonly delivery: string;
  readonly gone_at: number;
}

/**
 * Closed deliveries go by what is known of their places, since most of those there are have a message that lies in its mailbox still. A row stays
 * while one of its places holds the message, or lost it a short time ago, and while a position is kept from before it left: a reader that goes on
 * from there may be shown it once more, and has to know it.
 */
export async function dropDeliveries({ database, ageMs, pause }: Aged): Promise<number> {
  let count = 0;
  let last: Candidate | undefined;
  for (;;) {
    const page = await nextPage(database, ageMs, last);
    const ids = [...new Set(page.map(({ delivery }) => delivery))];
    if (ids.length > 0) count += await dropThese(database, ids, ageMs);
    if (page.length < PORTION) return count;
    last = page.at(-1);
    await pause();
  }
}

/** By the index of places that have lost their message; those that have to stay are passed over. */
async function nextPage({ db, ...database }: Database, ageMs: number, last: Candidate | undefined): Promise<readonly Candidate[]> {
  const rows = await db
    .selectFrom('ref')
    .select(['delivery', 'gone_at'])
    .where('gone_at', 'is not', null)
    .where('gone_at', '<', before(database, ageMs))
    .$if(last !== undefined, (query) => query.where(sql<boolean>`(gone_at, delivery) > (${last?.gone_at ?? 0}, ${last?.delivery ?? ''})`))
    .orderBy('gone_at')
    .orderBy('delivery')
    .limit(PORTION)
    .execute();
  return rows.flatMap(({ delivery, gone_at: goneAt }) => (goneAt === null ? [] : [{ delivery, gone_at: goneAt }]));
}

async function dropThese(database: Database, ids: readonly string[], ageMs: number): Promise<number> {
  const cutoff = before(database, ageMs);
  return database.transaction(async (transaction) => {
    // Whoever writes down that a message is there again does it before this one looks, or after it is over.
    await database.keepLocked(transaction.selectFrom('mailbox').select('id').where('id', 'in', (from) => from.selectFrom('delivery').select('mailbox').where('id', 'in', ids))).execute();
    const query = transaction
      .selectFrom('delivery')
      .select('id')
      .where('id', 'in', ids)
      .where('state', '=', 'closed')
      .where('closed_at', '<', cutoff)
      .where(sql<boolean>`not exists (select 1 from ref where ref.delivery = delivery.id and (ref.gone_at is null or ref.gone_at >= ${cutoff}))`)
      .where(sql<boolean>`not exists (select 1 from effect where effect.mailbox = delivery.mailbox and effect.delivery = delivery.id)`)
      .where(sql<boolean>`not exists (select 1 from cursor where cursor.mailbox = delivery.mailbox and cursor.swept_at <= (select max(ref.gone_at) from ref where ref.delivery = delivery.id))`);
    const over = (await database.takeLocked(query).execute()).map(({ id }) => id);
    if (over.length === 0) return 0;
    await transaction.deleteFrom('ref').where('delivery', 'in', over).execute();
    await transaction.deleteFrom('delivery').where('id', 'in', over).execute();
    return over.length;
  });
}
