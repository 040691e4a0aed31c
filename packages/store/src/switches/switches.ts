import { randomUUID } from 'node:crypto';
import { type RawBuilder, sql, type Transaction } from 'kysely';
import type { Keyring } from '../crypto/keyring.ts';
import type { Database } from '../database/database.ts';
import type { Detail } from '../deployment/journal.ts';
import { deployRevision, type NewRevision, type Revision } from '../deployment/revisions.ts';
import { RouterError } from '../failure/router-error.ts';
import { demandMailbox } from '../mailboxes/mailboxes.ts';
import type { Schema } from '../schema/schema.ts';
import { type NewSwitch, type SwitchRecord, type SwitchState, toSwitch } from './record.ts';

/** From which states to which, and what the journal says of it. */
export interface SwitchStep {
  readonly from: readonly SwitchState[];
  readonly to: SwitchState;
  /** For the audit log. */
  readonly who: string;
  readonly detail?: Detail;
}

/** A step that gives the mailbox another flow. */
export interface Flip extends SwitchStep {
  readonly revision: NewRevision;
  /** It is watched so long, in milliseconds. Absent: there is nothing more to watch. */
  readonly soakMs?: number;
}

export interface Flipped {
  readonly record: SwitchRecord;
  readonly revision: Revision;
}

/**
 * The switches of all mailboxes. Each change of a state, its line in the journal, where the `what` is the state, and that in the audit log are one
 * transaction, so that whoever goes on after a crash finds all of it or nothing.
 */
export interface Switches {
  /** Throws `switch.refused` where the mailbox is in another one that is not over, and `mailbox.unknown`. */
  begin(planned: NewSwitch): Promise<SwitchRecord>;
  get(id: string): Promise<SwitchRecord | undefined>;
  /** The one of a mailbox that is not over. */
  underWay(mailbox: string): Promise<SwitchRecord | undefined>;
  /** The newest first. */
  list(query: { readonly mailbox?: string; readonly states?: readonly SwitchState[]; readonly limit: number }): Promise<readonly SwitchRecord[]>;
  /** `undefined` where it is in none of the states to start from: somebody else was quicker. */
  advance(id: string, step: SwitchStep): Promise<SwitchRecord | undefined>;
  /**
   * Deploys the revision and takes the step, or neither. Throws `config.conflict` where another revision was deployed meanwhile; `undefined` where
   * it is in none of the states to start from.
   */
  flip(id: string, flip: Flip): Promise<Flipped | undefined>;
  /** Ends those that have soaked long enough, by the clock of the database. Answers them. */
  complete(who: string): Promise<readonly SwitchRecord[]>;
}

export function createSwitches(database: Database, keyring: Keyring): Switches {
  const { db, now } = database;
  const underWay: Switches['underWay'] = async (mailbox) => {
    const row = await db.selectFrom('switch').selectAll().where('mailbox', '=', mailbox).where('state', 'in', ['planned', 'checked', 'soaking']).executeTakeFirst();
    return row && toSwitch(row);
  };
  return {
    underWay,
    async begin({ id, mailbox, plan, who }) {
      return database.transaction(async (transaction) => {
        await demandMailbox(database, transaction, mailbox);
        const row = await transaction
          .insertInto('switch')
          .values({ id, mailbox, state: 'planned', plan: JSON.stringify(plan), who, created_at: now, updated_at: now })
          .onConflict((conflict) => conflict.doNothing())
          .returningAll()
          .executeTakeFirst();
        if (!row) throw inAnother(mailbox);
        await writeStep(database, transaction, { mailbox, switch: id, what: 'planned', who, detail: plan });
        return toSwitch(row);
      });
    },
    async get(id) {
      const row = await db.selectFrom('switch').selectAll().where('id', '=', id).executeTakeFirst();
      return row && toSwitch(row);
    },
    async list({ mailbox, states, limit }) {
      const rows = await db
        .selectFrom('switch')
        .selectAll()
        .$if(mailbox !== undefined, (query) => query.where('mailbox', '=', mailbox ?? ''))
        .$if(states !== undefined, (query) => query.where('state', 'in', states ?? []))
        .orderBy('created_at', 'desc')
        .orderBy('id')
        .limit(limit)
        .execute();
      return rows.map(toSwitch);
    },
    advance: (id, step) => database.transaction((transaction) => take(database, transaction, id, step, {})),
    async flip(id, { revision: wanted, soakMs, ...step }) {
      return database.transaction(async (transaction) => {
        const soak = { revision: wanted.after + 1, soak_until: soakMs === undefined ? null : sql<number>`${now} + ${soakMs}` };
        const record = await take(database, transaction, id, { ...step, detail: { ...step.detail, revision: soak.revision } }, soak);
        return record && { record, revision: await deployRevision(transaction, now, keyring, wanted) };
      });
    },
    async complete(who) {
      const due = await db.selectFrom('switch').select('id').where('state', '=', 'soaking').where('soak_until', '<=', now).execute();
      const completed: SwitchRecord[] = [];
      for (const { id } of due) {
        const record = await database.transaction((transaction) => take(database, transaction, id, { from: ['soaking'], to: 'completed', who }, {}));
        if (record) completed.push(record);
      }
      return completed;
    },
  };
}

interface Taken {
  readonly revision?: number;
  readonly soak_until?: RawBuilder<number> | null;
}

async function take(database: Database, transaction: Transaction<Schema>, id: string, { from, to, who, detail }: SwitchStep, more: Taken): Promise<SwitchRecord | undefined> {
  const row = await transaction
    .updateTable('switch')
    .set({ ...more, state: to, updated_at: database.now })
    .where('id', '=', id)
    .where('state', 'in', from)
    .returningAll()
    .executeTakeFirst();
  if (!row) return undefined;
  await writeStep(database, transaction, { mailbox: row.mailbox, switch: id, what: to, who, ...(detail && { detail }) });
  return toSwitch(row);
}

interface Written {
  readonly mailbox: string;
  readonly switch: string;
  readonly what: SwitchState;
  readonly who: string;
  readonly detail?: Detail;
}

/** The row of the switch is this transaction's: nobody else counts on beside it. */
async function writeStep({ now }: Database, transaction: Transaction<Schema>, { mailbox, switch: id, what, who, detail }: Written): Promise<void> {
  const { last } = await transaction
    .selectFrom('journal')
    .select(({ fn }) => fn.max('step').as('last'))
    .where('mailbox', '=', mailbox)
    .where('switch', '=', id)
    .executeTakeFirstOrThrow();
  await transaction
    .insertInto('journal')
    .values({ mailbox, switch: id, step: (last ?? 0) + 1, at: now, what, detail: detail === undefined ? null : JSON.stringify(detail) })
    .execute();
  await transaction
    .insertInto('audit')
    .values({ id: randomUUID(), at: now, who, what: `switch-${what}`, subject: mailbox, detail: JSON.stringify({ switch: id, ...detail }) })
    .execute();
}

const inAnother = (mailbox: string): RouterError =>
  new RouterError('switch.refused', `The mailbox "${mailbox}" is in the middle of another switch.`, {
    remedy: { who: 'operator', action: 'fix-config', text: `Look at it with "signalbox switch status ${mailbox}", and end it there before another one is begun.` },
  });
