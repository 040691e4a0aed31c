import { findCanaries, findCanariesIn } from '@signalbox/conformance';
import { secret } from '@signalbox/core';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import type { SealedTable } from '../../src/crypto/keyring.ts';
import { newKeyText } from '../../src/index.ts';
import { backends, type BackendPlace } from '../backends.ts';
import { batchOf, MAILBOX } from '../child/batches.ts';

interface TableShape {
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly dataType: string }[];
}

/** Every table with sealed records, as the database has it. */
async function sealedTables({ openDatabase }: BackendPlace): Promise<readonly TableShape[]> {
  const { db } = await openDatabase();
  return (await db.introspection.getTables()).filter(({ columns }) => columns.some(({ name }) => name === 'sealed'));
}

const PRIMARY_KEYS: Readonly<Record<string, readonly string[]>> = { token: ['name'], outbox_part: ['outbox', 'part'], revision: ['number'] };
const idOf = (table: string, row: number): string => (PRIMARY_KEYS[table] ?? ['id']).map((key) => String(keyValue(key, row))).join('/');
const keyValue = (key: string, row: number): string | number => (key === 'part' || key === 'number' ? row : `row ${row}`);

/** Rows in each of them, as many as it takes more than one page to seal anew. */
async function fill(place: BackendPlace, rows: number): Promise<readonly string[]> {
  const { db } = await place.openDatabase();
  const tables = await sealedTables(place);
  for (const { name: table, columns } of tables) {
    for (let row = 1; row <= rows; row += 1) {
      const { keyId, sealed } = place.keyring.seal(table as SealedTable, idOf(table, row), secret(`${table} ${row}`));
      const keys = PRIMARY_KEYS[table] ?? ['id'];
      const valueOf = ({ name, dataType }: TableShape['columns'][number]): unknown =>
        name === 'sealed' ? sealed : name === 'key_id' ? keyId : keys.includes(name) ? keyValue(name, row) : /int/i.test(dataType) ? row : `${name} ${row}`;
      const given = columns.filter(({ name }) => !name.startsWith('lease_'));
      await sql`insert into ${sql.table(table)} (${sql.join(given.map(({ name }) => sql.ref(name)))}) values (${sql.join(given.map((column) => sql.val(valueOf(column))))})`.execute(db);
    }
  }
  return tables.map(({ name }) => name);
}

describe.each(backends)('a new key on $name', ({ makePlace }) => {
  it('seals anew what lies in every table with a sealed column, and then the old one can go', { timeout: 60_000 }, async () => {
    await using place = await makePlace();
    await place.open();
    const rows = 230;
    const tables = await fill(place, rows);
    expect(tables.toSorted()).toEqual(['delivery', 'effect', 'outbox', 'outbox_part', 'revision', 'token']);
    const next = newKeyText().reveal();
    await expect(place.open({ keyText: next })).rejects.toMatchObject({ code: 'config.invalid', message: expect.stringContaining('was sealed with the key') });
    const old = 'keyText' in place.child ? place.child.keyText : '';
    const both = await place.open({ keyText: `${next}\n${old}` });
    const stop = new AbortController();
    const seen: number[] = [];
    // Whoever ends it in the middle keeps what is done, and goes on from there.
    await expect(both.rotate({ signal: stop.signal, onSealed: (count) => (seen.push(count) === 2 ? stop.abort(new Error('enough')) : undefined) })).rejects.toThrow('enough');
    expect(seen).toEqual([200, 230]);
    expect(await both.rotate()).toBe(rows * (tables.length - 1));
    expect(await both.rotate()).toBe(0);
    const only = await place.open({ keyText: next });
    expect((await only.tokens.read('row 7'))?.reveal()).toBe('token 7');
    expect((await only.revisions.text(230))?.reveal()).toBe('revision 230');
    expect((await only.deliveries.get('row 99'))?.facts).toBe('delivery 99');
    const { db } = await place.openDatabase();
    for (const table of tables) {
      const { rows: keys } = await sql<{ readonly key_id: string }>`select distinct key_id from ${sql.table(table)}`.execute(db);
      expect([table, keys.length, keys[0]?.key_id === place.keyring.currentId]).toEqual([table, 1, false]);
    }
    await expect(place.open()).rejects.toMatchObject({ code: 'config.invalid' }); // the old one alone opens nothing any more
  });

  it('is not held up by one that has sealed nothing', async () => {
    await using place = await makePlace();
    const first = await place.open();
    await first.tokens.write('a', secret('x'));
    await first.tokens.delete('a');
    const second = await place.open({ keyText: newKeyText().reveal() });
    expect(await second.tokens.read('a')).toBeUndefined();
  });
});

const CANARIES = ['canary-of-a-token 0.AXoA', 'canary-of-a-subject Grüße', 'canary-of-an-address@contoso.example', 'canary-of-a-configuration hunter2', 'canary-of-an-effect Archive/2026', 'canary-of-a-letter Dear Ada', 'canary-of-a-recipient@contoso.example'] as const;

describe.each(backends)('what $name keeps', ({ makePlace }) => {
  it('tells neither secret nor personal content in any column of any table', async () => {
    await using place = await makePlace();
    const { tokens, mailboxes, leases, ledger, deliveries, outbox, revisions } = await place.open();
    const [token, subject, address, configuration, target, letter, recipient] = CANARIES;
    await tokens.write('a', secret(token));
    await mailboxes.put({ id: MAILBOX, address: 'sales@contoso.com' });
    const holding = await leases.acquire(MAILBOX, 'receive', 'one');
    if (!holding) throw new Error('The lease was free.');
    const batch = batchOf(holding, 1, 3);
    await ledger.record({ ...batch, deliveries: (batch.deliveries ?? []).map((delivery) => ({ ...delivery, facts: JSON.stringify({ subject, from: address }) })) });
    await deliveries.ack({ ids: ['1.0'], effectOf: () => ({ kind: 'move', target: { folder: target } }) });
    const mail = { from: address, subject, envelope: { mailFrom: address, rcptTo: [recipient] as const }, bcc: [] };
    const entry = { id: 'entry 1', mailbox: MAILBOX, idempotencyKey: 'order 1', messageId: 'entry-1@contoso.com' as const, mail, requestDigest: () => 'digest' };
    await outbox.submit(entry, (async function* content() { yield Buffer.from(letter.repeat(20_000)); })());
    await revisions.deploy({ text: secret(`password: ${configuration}`), digest: 'digest', summary: 'first', who: 'operator', after: 0 });

    const { db } = await place.openDatabase();
    const dump: string[] = [];
    for (const { name, columns } of await db.introspection.getTables()) {
      const { rows } = await sql<Record<string, unknown>>`select * from ${sql.table(name)}`.execute(db);
      dump.push(`${name} (${columns.map((column) => column.name).join()}) ${JSON.stringify(rows)}`);
    }
    for (const id of ['1.2', 'entry 1']) expect(dump.join('\n')).toContain(id); // all of it was looked at: ids are in the clear
    expect(findCanaries(Buffer.from(dump.join('\n')), CANARIES)).toEqual([]);
    const files = 'directory' in place.child ? await findCanariesIn(place.child.directory, CANARIES) : []; // those of a server are not ours to read
    expect(files).toEqual([]);
  });
});
