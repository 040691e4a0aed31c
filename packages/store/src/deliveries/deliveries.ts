import { sql } from 'kysely';
import type { Keyring } from '../crypto/keyring.ts';
import type { Database } from '../database/database.ts';
import { RouterError } from '../failure/router-error.ts';
import type { ObjectRef } from '../ledger/objects.ts';
import { fence } from '../leases/fence.ts';
import type { Holding } from '../leases/leases.ts';
import { acknowledge, type Acknowledged, type AcknowledgeRequest } from './acknowledge.ts';
import { claim, type ClaimRequest } from './claim.ts';
import { COLUMNS, type Delivery, toDelivery } from './row.ts';

export interface ListRequest {
  readonly mailbox?: string;
  readonly state?: Delivery['state'];
  /** Those behind this one, in the order of the answer: by mailbox, then as they are handed over. */
  readonly after?: { readonly mailbox: string; readonly sequence: number };
  readonly limit: number;
}

export interface DeliveryCounts {
  readonly open: number;
  readonly dead: number;
  /** Arrival of the oldest open one. */
  readonly oldest?: number;
}

/** Messages to be handed to the consumer, each under one id until it is acknowledged. */
export interface Deliveries {
  /** Takes what is due and hands it over for a while, in order within a mailbox and in turns over mailboxes. Each claim has a receipt of its own. */
  claim(request: ClaimRequest): Promise<readonly Delivery[]>;
  /** Closes them for ever, also those that are dead or were handed over anew since; once or many times. Answers those that this call has closed. */
  ack(request: AcknowledgeRequest): Promise<readonly Acknowledged[]>;
  /** Hands it over again at that time, or never where it was handed over too often. Throws `receipt.stale`, `delivery.not-found`. */
  nack(id: string, receipt: string, options: NackOptions): Promise<'open' | 'dead'>;
  /** It stays with whoever has this receipt for so long from now, in milliseconds. Answers until when. Throws `receipt.stale`, `delivery.not-found`. */
  extend(id: string, receipt: string, visibilityMs: number): Promise<number>;
  /** What was claimed and seen by nobody is due again, as if it had not been claimed. */
  giveBack(claimed: readonly { readonly id: string; readonly receipt: string }[]): Promise<void>;
  /** A dead one is open again, as if it had never been tried. Throws `delivery.not-found`. */
  replay(id: string): Promise<void>;
  get(id: string): Promise<Delivery | undefined>;
  list(request: ListRequest): Promise<readonly Delivery[]>;
  /** By mailbox. Mailboxes with neither are left out. */
  counts(mailbox?: string): Promise<ReadonlyMap<string, DeliveryCounts>>;
  /** Where the message of a delivery was seen. */
  refs(id: string): Promise<readonly ObjectRef[]>;
  /** What a consumer of an earlier epoch was given is due again: nobody of it is left. Throws `lease.lost`. */
  takeOver(holding: Holding): Promise<number>;
}

export interface NackOptions {
  readonly delayMs: number;
  /** Why, for whoever looks at dead letters. No content. */
  readonly error?: string;
  readonly maxAttempts: number;
  /** It is not the delivery's fault: this handing over does not count. */
  readonly uncounted?: boolean;
}

export function createDeliveries(database: Database, keyring: Keyring): Deliveries {
  const { db, now } = database;
  const missing = (id: string): RouterError => new RouterError('delivery.not-found', `There is no delivery ${id} that this could be done to.`);
  const rows = () => db.selectFrom('delivery').select(COLUMNS);
  const stale = async (id: string): Promise<RouterError> => {
    const found = await db.selectFrom('delivery').select('state').where('id', '=', id).executeTakeFirst();
    if (!found) return missing(id);
    return new RouterError('receipt.stale', `The delivery ${id} was ${found.state === 'open' ? 'handed over anew' : 'closed'} since it was handed over with this receipt.`);
  };
  return {
    claim: (request) => claim(database, keyring, request),
    ack: (request) => acknowledge(database, keyring, request),
    async nack(id, receipt, { delayMs, error, maxAttempts, uncounted = false }) {
      const row = await db
        .updateTable('delivery')
        .set((row) => ({
          state: uncounted ? ('open' as const) : row.case().when('attempts', '>=', maxAttempts).then('dead' as const).else('open' as const).end(),
          ...(uncounted && { attempts: row('attempts', '-', 1) }),
          due_at: row(now, '+', delayMs),
          claimed_until: null,
          receipt: null,
          error: error ?? null,
        }))
        .where('id', '=', id)
        .where('state', '=', 'open')
        .where('receipt', '=', receipt)
        .returning('state')
        .executeTakeFirst();
      if (row) return row.state === 'dead' ? 'dead' : 'open';
      throw await stale(id);
    },
    async extend(id, receipt, visibilityMs) {
      const until = sql<number>`${now} + ${visibilityMs}`;
      const row = await db
        .updateTable('delivery')
        .set({ due_at: until, claimed_until: until })
        .where('id', '=', id)
        .where('state', '=', 'open')
        .where('receipt', '=', receipt)
        .returning('claimed_until')
        .executeTakeFirst();
      if (row?.claimed_until == null) throw await stale(id);
      return row.claimed_until;
    },
    async giveBack(claimed) {
      if (claimed.length === 0) return;
      await database.transaction(async (transaction) => {
        for (const { id, receipt } of claimed) {
          await transaction
            .updateTable('delivery')
            .set((row) => ({ due_at: now, claimed_until: null, receipt: null, attempts: row('attempts', '-', 1) }))
            .where('id', '=', id)
            .where('receipt', '=', receipt)
            .execute();
        }
      });
    },
    async replay(id) {
      const row = await db
        .updateTable('delivery')
        .set({ state: 'open', attempts: 0, due_at: now, claimed_until: null, receipt: null })
        .where('id', '=', id)
        .where('state', '=', 'dead')
        .returning('id')
        .executeTakeFirst();
      if (!row) throw missing(id);
    },
    async get(id) {
      const row = await rows().where('id', '=', id).executeTakeFirst();
      return row && toDelivery(keyring, row);
    },
    async list({ mailbox, state, after, limit }) {
      let query = rows().orderBy('mailbox').orderBy('sequence').limit(limit);
      if (mailbox !== undefined) query = query.where('mailbox', '=', mailbox);
      if (state !== undefined) query = query.where('state', '=', state);
      if (after) query = query.where((row) => row.or([row('mailbox', '>', after.mailbox), row.and([row('mailbox', '=', after.mailbox), row('sequence', '>', after.sequence)])]));
      return (await query.execute()).map((row) => toDelivery(keyring, row));
    },
    async counts(mailbox) {
      // One by one: each state has an index of its own, and closed rows, which are nearly all, are in none of them.
      const inState = (state: 'open' | 'dead') =>
        db
          .selectFrom('delivery')
          .select(({ fn }) => ['mailbox', fn.countAll<number>().as('count'), fn.min('arrived_at').as('oldest')])
          .where((row) => row('state', '=', sql.lit(state)))
          .$if(mailbox !== undefined, (query) => query.where('mailbox', '=', mailbox ?? ''))
          .groupBy('mailbox')
          .execute();
      const counts = new Map<string, DeliveryCounts>();
      for (const { mailbox: id, count, oldest } of await inState('open')) counts.set(id, { open: count, dead: 0, oldest });
      for (const { mailbox: id, count } of await inState('dead')) counts.set(id, { ...(counts.get(id) ?? { open: 0 }), dead: count });
      return counts;
    },
    async refs(id) {
      const refs = await db.selectFrom('ref').select(['door', 'folder', 'key', 'gone_at']).where('delivery', '=', id).execute();
      return refs.map(({ gone_at: goneAt, ...place }) => ({ ...place, gone: goneAt !== null }));
    },
    takeOver: (holding) =>
      database.transaction(async (transaction) => {
        await fence(database, transaction, holding);
        const { numUpdatedRows } = await transaction
          .updateTable('delivery')
          .set({ due_at: now, claimed_until: null, receipt: null })
          .where('mailbox', '=', holding.mailbox)
          .where((row) => row('state', '=', sql.lit('open')))
          .where('claimed_until', 'is not', null)
          .executeTakeFirstOrThrow();
        return Number(numUpdatedRows);
      }),
  };
}
