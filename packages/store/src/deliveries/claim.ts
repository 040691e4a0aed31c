import { randomUUID } from 'node:crypto';
import { type RawBuilder, sql } from 'kysely';
import type { Keyring } from '../crypto/keyring.ts';
import type { Database } from '../database/database.ts';
import { COLUMNS, type Delivery, toDelivery } from './row.ts';

export interface ClaimRequest {
  readonly limit: number;
  /** At most so many of one mailbox. */
  readonly perMailbox: number;
  /** For how long they are the claimer's; afterwards they are due again. */
  readonly visibilityMs: number;
  /** One that was handed over so often is dead instead. */
  readonly maxAttempts: number;
  /** Only of these. */
  readonly mailboxes?: readonly string[];
}

/**
 * One statement. A mailbox is found by skipping from one to the next in the index of what is open, and of each only its share is looked at:
 * however many are open, a claim costs what it takes. `due_at` of what was claimed is when it is due again, so that one condition says who may take it.
 * What another claim is just taking is passed over, and the condition is asked again of each row once it is locked: for a moment there may be nothing
 * to have although something is due.
 */
export async function claim(database: Database, keyring: Keyring, request: ClaimRequest): Promise<readonly Delivery[]> {
  const { db, now } = database;
  const { limit, perMailbox, visibilityMs, maxAttempts, mailboxes } = request;
  if (mailboxes?.length === 0 || limit < 1) return [];
  const due = sql<string>`(
    with recursive open_mailbox(mailbox) as (
      select min(mailbox) from delivery where state = 'open'
      union all
      select (select min(mailbox) from delivery where state = 'open' and mailbox > open_mailbox.mailbox) from open_mailbox where open_mailbox.mailbox is not null
    ), share(mailbox, last) as materialized (
      select mailbox, coalesce((
        select sequence from delivery where delivery.mailbox = open_mailbox.mailbox and state = 'open' and due_at <= ${now} order by sequence limit 1 offset ${perMailbox - 1}
      ), ${Number.MAX_SAFE_INTEGER})
      from open_mailbox where mailbox is not null ${mailboxes ? sql`and mailbox in (${sql.join(mailboxes)})` : sql``}
    ), due(id, turn) as (
      select id, row_number() over (partition by delivery.mailbox order by sequence) from share
      join delivery on delivery.mailbox = share.mailbox and state = 'open' and sequence <= share.last and due_at <= ${now}
    )
    select delivery.id from due join delivery on delivery.id = due.id
    where delivery.state = 'open' and delivery.due_at <= ${now} order by turn, due.id limit ${limit} ${database.skipLockedOf('delivery')}
  )`;
  // Handed over too often without an answer: whoever took it may have died of it, and nobody shall again.
  const exhausted = sql<boolean>`attempts >= ${maxAttempts}`;
  const unlessExhausted = <T>(value: RawBuilder<T>, otherwise: RawBuilder<unknown>): RawBuilder<T> => sql<T>`case when ${exhausted} then ${otherwise} else ${value} end`;
  const rows = await db
    .updateTable('delivery')
    .set({
      state: unlessExhausted(sql<'open'>`'open'`, sql`'dead'`),
      attempts: unlessExhausted(sql<number>`attempts + 1`, sql`attempts`),
      due_at: sql<number>`${now} + ${visibilityMs}`,
      claimed_until: unlessExhausted(sql<number>`${now} + ${visibilityMs}`, sql`null`),
      receipt: unlessExhausted(sql<string>`${randomUUID()} || '.' || cast(attempts + 1 as text)`, sql`null`),
      error: unlessExhausted(sql<null>`null`, sql`coalesce(error, 'It was handed over too often without an answer.')`),
    })
    .where('id', 'in', due)
    .returning(COLUMNS)
    .execute();
  const open = rows.filter(({ state }) => state === 'open');
  return open.map((row) => toDelivery(keyring, row)).sort((a, b) => a.sequence - b.sequence);
}
