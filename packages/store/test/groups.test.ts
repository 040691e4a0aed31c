import { mkdtemp, rm } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../src/database/database.ts';
import { openSqlite } from '../src/sqlite/open.ts';

describe('transactions asked for at the same time on the embedded database', () => {
  let directory: string;
  let database: Database;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'signalbox-groups-'));
    database = openSqlite(join(directory, 'groups.db'));
    await sql`create table parent (id integer primary key)`.execute(database.db);
    await sql`create table note (id integer primary key, text text, parent integer references parent (id) deferrable initially deferred)`.execute(database.db);
  });
  afterEach(async () => {
    await database.close();
    await rm(directory, { recursive: true });
  });

  const add = (id: number, work: () => void = () => {}, parent: number | null = null): Promise<number> =>
    database.transaction(async (transaction) => {
      await sql`insert into note (id, text, parent) values (${id}, 'kept', ${parent})`.execute(transaction);
      work();
      return id;
    });

  /** Another connection: it sees what is committed. */
  const seen = (): readonly number[] => {
    using other = new DatabaseSync(join(directory, 'groups.db'), { readOnly: true });
    return other.prepare('select id from note order by id').all().map(({ id }) => Number(id));
  };

  /** So many pages were written to the log since this was asked last: what is copied from it is written over by the next. */
  const pagesWritten = (): number => {
    using other = new DatabaseSync(join(directory, 'groups.db'));
    return Number(other.prepare('pragma wal_checkpoint(passive)').get()?.['log']);
  };

  it('are on the disk when they are answered', async () => {
    const ids = Array.from({ length: 20 }, (_, id) => id);
    const answers = await Promise.all(ids.map(async (id) => ({ id: await add(id), isSeen: seen().includes(id) })));
    expect(answers).toEqual(ids.map((id) => ({ id, isSeen: true })));
  });

  it('are written together: as many pages as one writes, not as each of them would', async () => {
    pagesWritten();
    await Promise.all(Array.from({ length: 20 }, (_, id) => add(id)));
    expect(pagesWritten()).toBeLessThan(5);
    for (let id = 100; id < 120; id += 1) await add(id);
    expect(pagesWritten()).toBeGreaterThanOrEqual(20);
  });

  it('are undone one by one where they fail, and keep the failure to themselves', async () => {
    const answers = await Promise.allSettled([
      add(1),
      add(2, () => {
        throw new Error('Not this one.');
      }),
      add(1), // is there already
      add(3),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    expect(seen()).toEqual([1, 3]);
  });

  it('are each run alone where they cannot be committed together', async () => {
    const answers = await Promise.allSettled([add(1), add(2, undefined, 77), add(3)]);
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(seen()).toEqual([1, 3]);
  });

  it('are not taken on beneath one that ended the whole by itself', async () => {
    let tries = 0;
    const ending = database.transaction(async (transaction) => {
      tries += 1;
      await sql`insert into note (id) values (9)`.execute(transaction);
      await sql`insert or rollback into note (id) values (9)`.execute(transaction);
    });
    const answers = await Promise.allSettled([add(1), ending, add(3)]);
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect([seen(), tries]).toEqual([[1, 3], 2]);
  });
});
