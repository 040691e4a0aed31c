import { sql } from 'kysely';
import type { Keyring, SealedRecord } from '../crypto/keyring.ts';
import type { Database } from '../database/database.ts';
import { fence } from '../leases/fence.ts';
import type { Holding } from '../leases/leases.ts';

/** Something to be done in a mailbox because of a delivery. Doing it twice does no harm. */
export interface Effect {
  readonly id: string;
  readonly mailbox: string;
  readonly delivery: string;
  readonly kind: string;
  /** What the delivery said of its message, and what is to be done: as they were journaled. */
  readonly facts?: unknown;
  readonly target?: unknown;
  /** Both are lost: their record does not open. The code of the failure. */
  readonly unreadable?: string;
  readonly attempts: number;
  /** After it, by the clock of the database, it must not be begun any more: somebody else may have taken it. */
  readonly deadline: number;
  /** W3C traceparent of how its delivery was received. */
  readonly trace?: string;
}

export interface EffectClaim {
  readonly limit: number;
  readonly visibilityMs: number;
  /** Only of this kind, and only what a former holder of the lease had begun: it may be done already. Default: whatever is due. */
  readonly begunOfKind?: string;
}

/** The journal of what was asked for and is still to be done on the outside. */
export interface Effects {
  /** Takes what is due in the mailbox. Throws `lease.lost`. */
  claim(holding: Holding, request: EffectClaim): Promise<readonly Effect[]>;
  done(ids: readonly string[]): Promise<void>;
  /** Due again after this time. */
  retry(id: string, delayMs: number, error: string): Promise<void>;
  /** Given up, and kept for whoever wants to know. */
  failed(id: string, error: string): Promise<void>;
  waiting(mailbox: string): Promise<number>;
  /** The mailboxes in which something is due. */
  due(): Promise<readonly string[]>;
}

export function createEffects(database: Database, keyring: Keyring): Effects {
  const { db, now } = database;
  const settle = async (id: string, values: { state: 'waiting' | 'failed'; error: string; delayMs: number }): Promise<void> => {
    const { state, error, delayMs } = values;
    await db.updateTable('effect').set({ state, error, due_at: sql<number>`${now} + ${delayMs}`, claimed_until: null, claimed_epoch: null, deadline: null }).where('id', '=', id).execute();
  };
  return {
    async claim(holding, { limit, visibilityMs, begunOfKind }) {
      const until = sql<number>`${now} + ${visibilityMs}`;
      const begun = sql<boolean>`claimed_epoch < ${holding.epoch}`;
      const rows = await database.transaction(async (transaction) => {
        await fence(database, transaction, holding);
        return transaction
          .updateTable('effect')
          .set((row) => ({ claimed_until: until, due_at: until, deadline: until, claimed_epoch: holding.epoch, attempts: row('attempts', '+', 1) }))
          .where('id', 'in', (from) =>
            from
              .selectFrom('effect')
              .select('id')
              .where('state', '=', 'waiting')
              .where('mailbox', '=', holding.mailbox)
              // What an earlier holder had begun is nobody's any more.
              .where((row) => (begunOfKind === undefined ? row.or([row('due_at', '<=', now), begun]) : row.and([row('kind', '=', begunOfKind), begun])))
              .orderBy('due_at')
              .limit(limit),
          )
          .returning(['id', 'mailbox', 'delivery', 'kind', 'sealed', 'key_id', 'attempts', 'deadline', 'trace'])
          .execute();
      });
      return rows.map(({ sealed, key_id: keyId, deadline, trace, ...row }) => {
        return { ...row, ...(trace !== null && { trace }), ...(sealed !== null && keyId !== null && saidBy(keyring, row.id, { sealed, keyId })), deadline: deadline ?? 0 };
      });
    },
    async done(ids) {
      if (ids.length > 0) await db.deleteFrom('effect').where('id', 'in', ids).execute();
    },
    retry: (id, delayMs, error) => settle(id, { state: 'waiting', error, delayMs }),
    failed: (id, error) => settle(id, { state: 'failed', error, delayMs: 0 }),
    async waiting(mailbox) {
      const { count } = await db.selectFrom('effect').select(({ fn }) => fn.countAll<number>().as('count')).where('mailbox', '=', mailbox).where('state', '=', 'waiting').executeTakeFirstOrThrow();
      return count;
    },
    async due() {
      const rows = await db.selectFrom('effect').select('mailbox').distinct().where('state', '=', 'waiting').where('due_at', '<=', now).execute();
      return rows.map(({ mailbox }) => mailbox);
    },
  };
}

function saidBy(keyring: Keyring, id: string, record: SealedRecord): Pick<Effect, 'facts' | 'target' | 'unreadable'> {
  const readable = keyring.read('effect', id, record);
  return 'text' in readable ? (JSON.parse(readable.text) as Pick<Effect, 'facts' | 'target'>) : { unreadable: readable.failure.code };
}
