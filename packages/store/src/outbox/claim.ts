import { sql } from 'kysely';
import type { Keyring } from '../crypto/keyring.ts';
import type { Database } from '../database/database.ts';
import { fence } from '../leases/fence.ts';
import type { Holding } from '../leases/leases.ts';
import { entryOf, type OutboxEntry } from './entry.ts';
import { addEvent } from './events.ts';
import { claimable, pending } from './pending.ts';

/** Something to be done with an entry, taken by one holder of the lease. */
export interface OutboxClaim {
  /** `send`: attempt it. `look`: find out what became of the last attempt. `file`: put a copy into Sent. */
  readonly task: 'send' | 'look' | 'file';
  readonly entry: OutboxEntry;
  readonly holding: Holding;
}

export interface ClaimOptions {
  readonly limit: number;
  /** How long nobody else takes it, in milliseconds. */
  readonly visibilityMs: number;
}

export interface DueOptions {
  /** Who asks: mailboxes that others hold are left out. */
  readonly owner: string;
  readonly limit: number;
}

export function createClaims(database: Database, keyring: Keyring) {
  const { db } = database;
  const sent = sql<boolean>`outbox.state = 'sent'`;
  const held = (owner: string) => sql<boolean>`exists (select 1 from lease where lease.mailbox = outbox.mailbox and lease.direction = 'send' and lease.owner is not null and lease.owner <> ${owner} and lease.until > ${database.now})`;
  /** Held by nobody: whoever attempted it, or looked for it, is gone. */
  const orphaned = () => sql<boolean>`(outbox.claimed_epoch is not null and not exists (select 1 from lease where lease.mailbox = outbox.mailbox and lease.direction = 'send' and lease.owner is not null and lease.until > ${database.now}))`;

  return {
    /** Mailboxes with something to do now, the longest waiting first; only those that the one who asks can have. */
    async due({ owner, limit }: DueOptions): Promise<readonly string[]> {
      const rows = await db
        .selectFrom('outbox')
        .innerJoin('mailbox', 'mailbox.id', 'outbox.mailbox')
        .select('outbox.mailbox')
        .where(pending)
        .where(sql<boolean>`(${orphaned()} or (${claimable} and outbox.due_at <= ${database.now} and (outbox.claimed_until is null or outbox.claimed_until <= ${database.now})))`)
        .where((row) => row.not(held(owner)))
        .where('mailbox.state', '=', 'active')
        .groupBy('outbox.mailbox')
        .orderBy(sql`min(outbox.due_at)`)
        .limit(limit)
        .execute();
      return rows.map(({ mailbox }) => mailbox);
    },

    /** How long until the next is due, in milliseconds; 0 for what is overdue, `undefined` for nothing. */
    async nextDueInMs(): Promise<number | undefined> {
      const row = await db.selectFrom('outbox').select([sql<number | null>`min(outbox.due_at)`.as('due'), database.now.as('now')]).where(pending).where(claimable).executeTakeFirst();
      return row?.due == null ? undefined : Math.max(0, row.due - row.now);
    },

    /**
     * What a former holder of the lease has left behind: what had not come to the wire is free at once, the rest is unknown. Answers how many it was.
     */
    async recover(holding: Holding): Promise<number> {
      return database.transaction(async (transaction) => {
        await fence(database, transaction, holding);
        const others = transaction
          .updateTable('outbox')
          .where('mailbox', '=', holding.mailbox)
          .where(pending)
          .where('claimed_epoch', 'is not', null)
          .where('claimed_epoch', '<', holding.epoch);
        const free = { claimed_until: null, claimed_epoch: null, due_at: database.now, updated_at: database.now };
        const abandoned = await others.where('state', '=', 'attempting').where('deadline', 'is', null).set({ ...free, state: 'queued' }).returning('id').execute();
        const unclear = await others.where('state', '=', 'attempting').set({ ...free, state: 'unknown', looks: 0 }).returning('id').execute();
        const waiting = await others.where('state', '!=', 'attempting').set({ claimed_until: null, claimed_epoch: null }).returning('id').execute();
        for (const { id } of abandoned) await addEvent(database, transaction, id, 'abandoned', { epoch: holding.epoch });
        for (const { id } of unclear) await addEvent(database, transaction, id, 'unclear', { why: 'the sender is gone', epoch: holding.epoch });
        return abandoned.length + unclear.length + waiting.length;
      });
    },

    /** Takes what is due of the mailbox, the longest waiting first. Throws `lease.lost`. */
    async claim(holding: Holding, { limit, visibilityMs }: ClaimOptions): Promise<readonly OutboxClaim[]> {
      return database.transaction(async (transaction) => {
        await fence(database, transaction, holding);
        const due = transaction
          .selectFrom('outbox')
          .select('outbox.id')
          .where('outbox.mailbox', '=', holding.mailbox)
          .where(pending)
          .where(claimable)
          .where('outbox.due_at', '<=', database.now)
          .where((row) => row.or([row('outbox.claimed_until', 'is', null), row('outbox.claimed_until', '<=', database.now)]))
          .orderBy('outbox.due_at')
          .orderBy('outbox.created_at')
          .orderBy('outbox.id')
          .limit(limit);
        const untouched = sql<boolean>`outbox.state in ('scheduled', 'queued')`;
        const rows = await transaction
          .updateTable('outbox')
          .set({
            claimed_epoch: holding.epoch,
            claimed_until: sql<number>`${database.now} + ${visibilityMs}`,
            attempt: sql<number>`case when ${untouched} then outbox.attempt + 1 else outbox.attempt end`,
            looks: sql<number>`case when ${untouched} then 0 when ${sent} then outbox.looks else outbox.looks + 1 end`,
            state: sql`case when ${untouched} then 'attempting' else outbox.state end`,
            updated_at: database.now,
          })
          .where('outbox.id', 'in', database.skipLocked(due))
          .returningAll()
          .execute();
        return rows.map((row) => ({ task: taskOf(row.state), entry: entryOf(row, keyring), holding }) as const).toSorted((a, b) => a.entry.dueAt.getTime() - b.entry.dueAt.getTime());
      });
    },
  };
}

const taskOf = (state: OutboxEntry['state']): OutboxClaim['task'] => (state === 'attempting' ? 'send' : state === 'unknown' ? 'look' : 'file');
