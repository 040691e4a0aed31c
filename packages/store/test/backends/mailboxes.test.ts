import { describe, expect, it } from 'vitest';
import { sql } from 'kysely';
import { demandMailbox } from '../../src/mailboxes/mailboxes.ts';
import type { Schema } from '../../src/schema/schema.ts';
import { backends, type BackendPlace } from '../backends.ts';

const SALES = { id: 'sales', address: 'sales@contoso.com' };

/** A row in each table that holds something of a mailbox, as many as there are columns to fill. */
async function fill({ openDatabase }: BackendPlace, mailbox: string): Promise<readonly string[]> {
  const { db } = await openDatabase();
  const tables = (await db.introspection.getTables()).filter(({ columns }) => columns.some(({ name }) => name === 'mailbox' || name === 'outbox'));
  for (const { name: table, columns } of tables) {
    if (table === 'lease') continue; // acquired
    const valueOf = (column: string, type: string): unknown => (column === 'mailbox' ? mailbox : column === 'outbox' || column === 'id' ? `${mailbox}-1` : /int/i.test(type) ? 1 : 'x');
    await sql`insert into ${sql.table(table)} (${sql.join(columns.map(({ name }) => sql.ref(name)))}) values (${sql.join(columns.map(({ name, dataType }) => sql.val(valueOf(name, dataType))))})`.execute(db);
  }
  return tables.map(({ name }) => name);
}

async function countOf({ openDatabase }: BackendPlace, table: string, mailbox: string): Promise<number> {
  const { db } = await openDatabase();
  const column = table.startsWith('outbox_') ? 'outbox' : 'mailbox';
  const { rows } = await sql<{ readonly count: number }>`select count(*) as count from ${sql.table(table)} where ${sql.ref(column)} in (${mailbox}, ${`${mailbox}-1`})`.execute(db);
  return Number(rows[0]?.count);
}

describe.each(backends)('a mailbox on $name', ({ makePlace }) => {
  it('keeps its id when its address changes', async () => {
    await using place = await makePlace();
    const { mailboxes } = await place.open();
    await mailboxes.put(SALES);
    const before = await mailboxes.get('sales');
    await mailboxes.put({ id: 'sales', address: 'office@contoso.com' });
    expect(await mailboxes.list()).toEqual([{ ...before, address: 'office@contoso.com', updatedAt: expect.any(Date) }]);
    expect(await mailboxes.get('support')).toBeUndefined();
  });

  it('is paused and resumed, also by an address that changes meanwhile', async () => {
    await using place = await makePlace();
    const { mailboxes } = await place.open();
    await mailboxes.put(SALES);
    await mailboxes.pause('sales');
    await mailboxes.put(SALES);
    expect([await mailboxes.get('sales'), await mailboxes.inactive()]).toMatchObject([{ state: 'paused' }, ['sales']]);
    await mailboxes.resume('sales');
    expect([await mailboxes.get('sales'), await mailboxes.inactive()]).toMatchObject([{ state: 'active' }, []]);
    await expect(mailboxes.pause('support')).rejects.toMatchObject({ code: 'mailbox.unknown', retry: 'never' });
  });

  it('that is removed leaves nothing behind, and the others as they were', async () => {
    await using place = await makePlace();
    const { mailboxes, leases } = await place.open();
    const tables = await fill(place, 'sales');
    await fill(place, 'support');
    for (const id of ['sales', 'support']) {
      await mailboxes.remove('nobody');
      const { db } = await place.openDatabase();
      await db.insertInto('mailbox').values({ id, address: `${id}@contoso.com`, state: 'active', next_sequence: 1, created_at: 0, updated_at: 0 }).execute();
      await leases.acquire(id, 'receive', 'one');
    }
    expect(tables).toEqual(expect.arrayContaining(['delivery', 'ref', 'outbox', 'outbox_part', 'outbox_event', 'lease', 'journal', 'cursor'] satisfies (keyof Schema)[]));
    await mailboxes.remove('sales');
    for (const table of tables) expect([table, await countOf(place, table, 'sales'), await countOf(place, table, 'support')]).toEqual([table, 0, 1]);
    expect(await mailboxes.list()).toMatchObject([{ id: 'support' }]);
  });

  it('is erased whatever its size', async () => {
    await using place = await makePlace();
    const { mailboxes } = await place.open();
    await mailboxes.put(SALES);
    const { db } = await place.openDatabase();
    const rows = Array.from({ length: 1000 }, (_, index) => ({ mailbox: 'sales', switch: 'one', at: 0, what: 'x', step: index }));
    for (let count = 0; count < 5; count += 1) await db.insertInto('journal').values(rows.map((row) => ({ ...row, step: row.step + count * 1000 }))).execute();
    await mailboxes.remove('sales');
    expect(await countOf(place, 'journal', 'sales')).toBe(0);
  });

  it('is not to be worked on while it is removed, and the removal goes on after an interruption', async () => {
    await using place = await makePlace();
    const { mailboxes, leases } = await place.open();
    await mailboxes.put(SALES);
    const held = await leases.acquire('sales', 'send', 'one');
    const database = await place.openDatabase();
    await database.db.updateTable('mailbox').set({ state: 'removed' }).execute(); // interrupted
    expect(await mailboxes.inactive()).toEqual(['sales']);
    const submit = (): Promise<void> => database.transaction((transaction) => demandMailbox(database, transaction, 'sales'));
    await expect(submit()).rejects.toMatchObject({ code: 'mailbox.unknown' });
    await expect(mailboxes.put(SALES)).rejects.toMatchObject({ code: 'mailbox.unknown' });
    await expect(mailboxes.resume('sales')).rejects.toMatchObject({ code: 'mailbox.unknown' });
    await mailboxes.remove('sales');
    expect(held && (await leases.keep(held))).toBe(false);
    await mailboxes.put(SALES);
    await submit();
    expect(await mailboxes.list()).toMatchObject([{ id: 'sales', state: 'active' }]);
  });
});
