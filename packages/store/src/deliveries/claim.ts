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
  /** The mailbox that had its turn last: the ones behind it, by their ids, have theirs first, and then those before it. */
  readonly after?: string;
}

/**
 * One statement, which locks what it takes and asks again of each row once it is locked. `due_at` of what was claimed is when it is due again, so
 * that one condition says who may take it. What another claim is just taking is passed over: for a moment there may be nothing to have although
 * something is due. They come in turns: the first of each mailbox, beginning behind the one that had its turn last, then the second of each.
 */
export async function claim(database: Database, keyring: Keyring, request: ClaimRequest): Promise<readonly Delivery[]> {
  const { db, now } = database;
  const { limit, perMailbox, visibilityMs, maxAttempts, mailboxes, after } = request;
  if (mailboxes?.length === 0 || limit < 1) return [];
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
    .where(database.isClaimable({ limit, perMailbox, ...(mailboxes && { mailboxes }), ...(after !== undefined && { after }) }))
    .returning(COLUMNS)
    .execute();
  const open = rows.filter(({ state }) => state === 'open');
  return inTurns(open.map((row) => toDelivery(keyring, row)), after);
}

function inTurns(deliveries: readonly Delivery[], after = ''): readonly Delivery[] {
  const turns = new Map<string, number>();
  const placed = deliveries
    .toSorted((a, b) => a.sequence - b.sequence)
    .map((delivery) => {
      const turn = turns.get(delivery.mailbox) ?? 0;
      turns.set(delivery.mailbox, turn + 1);
      return { delivery, turn, wraps: delivery.mailbox <= after ? 1 : 0 };
    });
  return placed.sort((a, b) => a.turn - b.turn || a.wraps - b.wraps || (a.delivery.mailbox < b.delivery.mailbox ? -1 : 1)).map(({ delivery }) => delivery);
}
