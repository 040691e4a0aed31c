import { mkdir, readdir } from 'node:fs/promises';
import { secret } from '@signalbox/core';
import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { describe, expect, it } from 'vitest';
import type { SealedTable } from '../../src/crypto/keyring.ts';
import type { Database } from '../../src/database/database.ts';
import { lookAtMigrations, migrate, MIGRATIONS } from '../../src/migrations/migrations.ts';
import { backends, type BackendPlace } from '../backends.ts';

const STEPS = Object.keys(MIGRATIONS);
/** Every store that there may be: as each step has left it, but for the last one. */
const earlier = STEPS.slice(0, -1).map((last, index) => ({ last, migrations: Object.fromEntries(Object.entries(MIGRATIONS).slice(0, index + 1)) }));
const KEYS: Readonly<Record<string, readonly string[]>> = { token: ['name'], outbox_part: ['outbox', 'part'], revision: ['number'] };
/** What a row says where the store reads more than a text out of it. */
const STATES: Readonly<Record<string, string>> = { delivery: 'open', mailbox: 'active', outbox: 'held', effect: 'waiting', cursor: 'delivering', baseline_run: 'finished' };

type Row = Readonly<Record<string, unknown>>;
type Content = Readonly<Record<string, readonly Row[]>>;

async function contentOf({ db }: Database, tables: readonly string[]): Promise<Content> {
  const content: Record<string, readonly Row[]> = {};
  for (const table of tables) content[table] = (await sql<Row>`select * from ${sql.table(table)} order by 1, 2`.execute(db)).rows;
  return content;
}

/** Three rows in every table that there is. */
async function fill({ keyring }: BackendPlace, { db }: Database): Promise<readonly string[]> {
  const tables = (await db.introspection.getTables()).filter(({ name }) => !name.startsWith('kysely_') && name !== 'sealing_key');
  for (const { name: table, columns } of tables) {
    for (const row of [1, 2, 3]) {
      const valueOf = (column: string, dataType: string): unknown => (column === 'state' ? (STATES[table] ?? 'x') : /int/i.test(dataType) ? row : column === 'mailbox' || (table === 'mailbox' && column === 'id') ? `mailbox ${row}` : `${column} ${row}`);
      const values = new Map(columns.filter(({ name }) => !name.startsWith('lease_')).map(({ name, dataType }) => [name, valueOf(name, dataType)]));
      if (values.has('sealed')) {
        const id = (KEYS[table] ?? ['id']).map((key) => String(values.get(key))).join('/');
        const { keyId, sealed } = keyring.seal(table as SealedTable, id, secret(`${table} ${row}`));
        values.set('sealed', sealed).set('key_id', keyId);
      }
      await sql`insert into ${sql.table(table)} (${sql.join([...values.keys()].map((name) => sql.ref(name)))}) values (${sql.join([...values.values()].map((value) => sql.val(value)))})`.execute(db);
    }
  }
  return tables.map(({ name }) => name);
}

const withoutNew = (after: Content, before: Content): Content =>
  Object.fromEntries(Object.entries(after).map(([table, rows]) => [table, rows.map((row) => Object.fromEntries(Object.entries(row).filter(([column]) => column in (before[table]?.[0] ?? {}))))]));

describe.each(backends)('a store on $name', ({ makePlace, name }) => {
  it.each(earlier)('as $last has left it is brought up to this release by a router, with every row that it holds', { timeout: 60_000 }, async ({ last, migrations }) => {
    await using place = await makePlace();
    if ('directory' in place.child) await mkdir(place.child.directory, { mode: 0o700 });
    const database = await place.openDatabase();
    const { db, place: where } = database;
    const schema = 'schema' in database ? { schema: String(database.schema) } : {};
    await migrate({ db, place: where, migrations, ...schema });
    const tables = await fill(place, database);
    const before = await contentOf(database, tables);
    await database.close();

    const store = await place.open({ role: 'router' });
    const after = await place.openDatabase();
    const shown = withoutNew(await contentOf(after, tables), before);
    // A router that begins takes back the leases of whoever was killed: on a directory it is the only one.
    const { lease: _lease, ...rows } = shown;
    const { lease: _before, ...kept } = before;
    expect(rows).toEqual(kept);
    expect((await lookAtMigrations({ db: after.db, place: where, ...schema })).pending).toEqual([]);
    expect((await store.tokens.read('name 2'))?.reveal()).toBe('token 2');
    const opened = [(await store.revisions.text(3))?.reveal(), (await store.deliveries.get('id 1'))?.facts];
    expect(opened).toEqual(tables.includes('revision') ? ['revision 3', 'delivery 1'] : [undefined, undefined]);
    // On PostgreSQL whoever runs it makes the backup.
    const copies = 'directory' in place.child ? (await readdir(place.child.directory)).filter((file) => file.includes('before')) : [];
    expect(copies).toEqual(name === 'SQLite' ? [`signalbox.db.before-${STEPS[STEPS.indexOf(last) + 1]}`] : []);
  });

  it('is as it was when a step fails in the middle, and can be used by the release before', { timeout: 60_000 }, async () => {
    await using place = await makePlace();
    await (await place.open({ role: 'router' }))[Symbol.asyncDispose]();
    const database = await place.openDatabase();
    const tables = await fill(place, database);
    const before = await contentOf(database, tables);
    const breaks: Migration = {
      async up(db) {
        await db.schema.createTable('half_done').addColumn('id', 'text').execute();
        await sql`update delivery set facts_key = 'x'`.execute(db);
        throw new Error('The disk is full.');
      },
    };
    const schema = 'schema' in database ? { schema: String(database.schema) } : {};
    await expect(migrate({ db: database.db, place: database.place, ...schema, migrations: { ...MIGRATIONS, '9000-breaks': breaks } })).rejects.toMatchObject({ code: 'config.invalid', message: expect.stringContaining('The disk is full.') as string });
    expect(await contentOf(database, tables)).toEqual(before);
    expect((await database.db.introspection.getTables()).map(({ name: table }) => table)).not.toContain('half_done');
    expect((await (await place.open({ role: 'router' })).tokens.read('name 2'))?.reveal()).toBe('token 2');
  });

  it('that a newer release has written is refused, and left as it is', async () => {
    await using place = await makePlace();
    await (await place.open())[Symbol.asyncDispose]();
    const { db } = await place.openDatabase();
    await sql`insert into kysely_migration (name, timestamp) values ('9999-from-the-future', '2030-01-01T00:00:00Z')`.execute(db);
    for (const role of ['router', 'command'] as const) await expect(place.open({ role })).rejects.toMatchObject({ code: 'config.invalid', message: expect.stringContaining('does not fit this release') as string, remedy: { who: 'operator', action: 'upgrade-plugin' } });
    expect((await sql`select name from kysely_migration`.execute(db)).rows).toHaveLength(STEPS.length + 1);
  });
});
