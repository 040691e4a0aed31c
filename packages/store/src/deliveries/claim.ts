import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
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
 * One statement. A mailbox is found by skipping from one to the next in the index of what is open, and of each only its first rows are looked at:
 * however many are open, a claim costs what it takes. `due_at` of what was claimed is when it is due again, so that one condition says who may take it.
 */
export async function claim(database: Database, keyring: Keyring, request: ClaimRequest): Promise<readonly Delivery[]> {
  const { db, now } = database;
  const { limit, perMailbox, visibilityMs, maxAttempts, mailboxes } = request;
  if (mailboxes?.length === 0 || limit < 1) return [];
  await buryExhausted(database, maxAttempts, mailboxes);
  const due = sql<string>`(
    with recursive open_mailbox(mailbox) as (
      select min(mailbox) from delivery where state = 'open'
      union all
      select (select min(mailbox) from delivery where state = 'open' and mailbox > open_mailbox.mailbox) from open_mailbox where open_mailbox.mailbox is not null
    ), due(id, turn) as (
      select id, row_number() over (partition by delivery.mailbox order by sequence) from open_mailbox
      join delivery on delivery.mailbox = open_mailbox.mailbox and state = 'open' and sequence in (
        select sequence from delivery next where next.mailbox = open_mailbox.mailbox and next.state = 'open' and next.due_at <= ${now} order by sequence limit ${perMailbox}
      )
      ${mailboxes ? sql`where delivery.mailbox in (${sql.join(mailboxes)})` : sql``}
    )
    select id from due order by turn, id limit ${limit}
  )`;
  const rows = await db
    .updateTable('delivery')
    .set((row) => ({
      attempts: row('attempts', '+', 1),
      due_at: sql<number>`${now} + ${visibilityMs}`,
      claimed_until: sql<number>`${now} + ${visibilityMs}`,
      receipt: sql<string>`${randomUUID()} || '.' || cast(attempts + 1 as text)`,
      error: null,
    }))
    .where('id', 'in', due)
    // Asked again of the row as it is once it is locked: another claim may have been quicker.
    .where((row) => row('state', '=', sql.lit('open')))
    .where('due_at', '<=', now)
    .returning(COLUMNS)
    .execute();
  return rows.map((row) => toDelivery(keyring, row)).sort((a, b) => a.sequence - b.sequence);
}

/** Handed over too often without an answer: whoever took it may have died of it. */
async function buryExhausted({ db, now }: Database, maxAttempts: number, mailboxes: readonly string[] | undefined): Promise<void> {
  let query = db
    .updateTable('delivery')
    .set((row) => ({ state: 'dead', claimed_until: null, receipt: null, error: row.fn.coalesce('error', sql.lit('It was handed over too often without an answer.')) }))
    .where((row) => row('state', '=', sql.lit('open')))
    .where('attempts', '>=', maxAttempts)
    .where('due_at', '<=', now);
  if (mailboxes) query = query.where('mailbox', 'in', mailboxes);
  await query.execute();
}
