import { type Secret, secret } from '@signalbox/core';
import { type Kysely, sql } from 'kysely';
import type { Keyring } from '../crypto/keyring.ts';
import type { Database } from '../database/database.ts';
import { RouterError } from '../failure/router-error.ts';
import type { Schema } from '../schema/schema.ts';

/** A configuration that was deployed. */
export interface Revision {
  /** 1 for the first, without holes. */
  readonly number: number;
  /** Of the text: the same digest is the same configuration. */
  readonly digest: string;
  /** What it changed, for people. */
  readonly summary: string;
  readonly who: string;
  readonly appliedAt: Date;
}

export interface NewRevision extends Omit<Revision, 'number' | 'appliedAt'> {
  readonly text: Secret;
  /** The revision that the plan was made against; 0: none was deployed. */
  readonly after: number;
}

/** The configurations that were deployed. None changes, and none goes unless `retention` is told to let old ones go. */
export interface Revisions {
  /** Throws `config.conflict` where another revision was deployed since `after`. */
  deploy(revision: NewRevision): Promise<Revision>;
  /** What is deployed now; `undefined`: nothing yet. */
  current(): Promise<Revision | undefined>;
  get(number: number): Promise<Revision | undefined>;
  /** The text may hold secrets in the clear, where its author put them. */
  text(number: number): Promise<Secret | undefined>;
  /** The latest first. */
  list(): Promise<readonly Revision[]>;
}

const COLUMNS = ['number', 'digest', 'summary', 'who', 'applied_at'] as const;

export function createRevisions({ db, now }: Pick<Database, 'db' | 'now'>, keyring: Keyring): Revisions {
  return {
    deploy: (revision) => deployRevision(db, now, keyring, revision),
    async current() {
      const row = await db.selectFrom('revision').select(COLUMNS).orderBy('number', 'desc').limit(1).executeTakeFirst();
      return row && toRevision(row);
    },
    async get(number) {
      const row = await db.selectFrom('revision').select(COLUMNS).where('number', '=', number).executeTakeFirst();
      return row && toRevision(row);
    },
    async text(number) {
      const row = await db.selectFrom('revision').select(['sealed', 'key_id']).where('number', '=', number).executeTakeFirst();
      return row && secret(keyring.open('revision', String(number), { keyId: row.key_id, sealed: row.sealed }).reveal());
    },
    async list() {
      return (await db.selectFrom('revision').select(COLUMNS).orderBy('number', 'desc').execute()).map(toRevision);
    },
  };
}

/** One statement, so that it can be part of a transaction. Throws `config.conflict` where another revision was deployed since `after`. */
export async function deployRevision(db: Kysely<Schema>, now: Database['now'], keyring: Keyring, { text, after, digest, summary, who }: NewRevision): Promise<Revision> {
  const number = after + 1;
  const { keyId, sealed } = keyring.seal('revision', String(number), text);
  const row = await db
    .insertInto('revision')
    .columns(['number', 'digest', 'sealed', 'key_id', 'summary', 'who', 'applied_at'])
    .expression(
      sql`select ${number}, ${digest}, ${sealed}, ${keyId}, ${summary}, ${who}, ${now} where (select coalesce(max(number), 0) from revision) = ${after}` as never,
    )
    .onConflict((conflict) => conflict.doNothing())
    .returning(COLUMNS)
    .executeTakeFirst();
  if (!row) throw conflictAfter(after);
  return toRevision(row);
}

const conflictAfter = (after: number): RouterError =>
  new RouterError('config.conflict', `Another configuration was deployed since ${after === 0 ? 'there was none' : `revision ${after}`}.`, {
    remedy: { who: 'operator', action: 'fix-config', text: 'Look at what is deployed now, and plan again.' },
  });

interface RevisionRow {
  readonly number: number;
  readonly digest: string;
  readonly summary: string;
  readonly who: string;
  readonly applied_at: number;
}

const toRevision = ({ applied_at: appliedAt, ...row }: RevisionRow): Revision => ({ ...row, appliedAt: new Date(appliedAt) });
