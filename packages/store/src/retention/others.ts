import { type RawBuilder, sql } from 'kysely';
import type { Database } from '../database/database.ts';
import type { Schema } from '../schema/schema.ts';
import { type Aged, before, inPortions, PORTION } from './portions.ts';

/** What could not be done: when it was given up is when it was due last. */
export const dropEffects = ({ database, ageMs, pause }: Aged): Promise<number> => drop({ database, pause, table: 'effect', over: sql`state = 'failed' and due_at < ${before(database, ageMs)}` });

/** While somebody shadows, they are the evidence that nothing was lost; afterwards nobody asks for them. */
export const dropSightings = ({ database, ageMs, pause }: Aged): Promise<number> =>
  drop({
    database,
    pause,
    table: 'sighting',
    over: sql`seen_at < ${before(database, ageMs)} and not exists (
      select 1 from cursor where cursor.mailbox = sighting.mailbox and cursor.door = sighting.door and cursor.state = 'shadowing')`,
  });

/** Replaced that long ago: the one that followed it is older than that, and not the last one. */
export const dropRevisions = ({ database, ageMs, pause }: Aged): Promise<number> =>
  drop({
    database,
    pause,
    table: 'revision',
    over: sql`number < (select max(number) from revision) - 1 and exists (
      select 1 from revision as next where next.number > revision.number and next.applied_at < ${before(database, ageMs)})`,
  });

export const dropAudit = ({ database, ageMs, pause }: Aged): Promise<number> => drop({ database, pause, table: 'audit', over: sql`at < ${before(database, ageMs)}` });

interface Drop extends Pick<Aged, 'pause'> {
  readonly database: Database;
  readonly table: keyof Schema;
  readonly over: RawBuilder<unknown>;
}

const drop = ({ database: { db, rowId }, pause, table, over }: Drop): Promise<number> =>
  inPortions(pause, async () => {
    const { numAffectedRows = 0n } = await sql`
      delete from ${sql.table(table)} where ${rowId} in (select ${rowId} from ${sql.table(table)} where ${over} limit ${sql.lit(PORTION)})`.execute(db);
    return Number(numAffectedRows);
  });
