import { copyFile, mkdir, readdir, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { secret } from '@signalbox/core';
import { describe, expect, it } from 'vitest';
import { MIGRATIONS } from '../src/migrations/migrations.ts';
import { makePlace, type Place } from './world.ts';

/** The key of the store that release 0.1.0 wrote: known to everybody, and of nothing else. */
const key = { text: secret('AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=') };
const BACKUP = 'signalbox.db.before-0002-router';

async function withEarlierStore({ directory }: Place): Promise<void> {
  await mkdir(directory, { mode: 0o700 });
  await copyFile(new URL('__fixtures__/0.1.0/signalbox.db', import.meta.url), join(directory, 'signalbox.db'));
}

const tokensIn = (file: string): readonly unknown[] => {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return database.prepare('select name from token order by name').all().map(({ name }) => name);
  } finally {
    database.close();
  }
};

describe('a store of the previous release', () => {
  it('is copied beside itself, and then brought up to this one with all that it holds', async () => {
    await using place = await makePlace();
    await withEarlierStore(place);
    const events: unknown[] = [];
    const store = await place.open({ key, log: { log: (_level, event, fields) => void events.push([event, fields]) } });
    const backup = join(place.directory, BACKUP);
    expect(events).toEqual([['store.backed-up', { backup, steps: Object.keys(MIGRATIONS).slice(1) }]]);
    expect((await store.tokens.read('entra:contoso:sales'))?.reveal()).toBe('of 0.1.0');
    await store.mailboxes.put({ id: 'sales', address: 'sales@contoso.com' });
    expect(tokensIn(backup)).toEqual(['entra:contoso:sales', 'entra:contoso:support']);
    expect((await stat(backup)).mode & 0o777).toBe(0o600);
  });

  it('can be had back from the copy', async () => {
    await using place = await makePlace();
    await withEarlierStore(place);
    await (await place.open({ key }))[Symbol.asyncDispose]();
    const original = await readFile(new URL('__fixtures__/0.1.0/signalbox.db', import.meta.url));
    await rename(join(place.directory, BACKUP), join(place.directory, 'signalbox.db'));
    expect(tokensIn(join(place.directory, 'signalbox.db'))).toHaveLength(2);
    expect((await stat(join(place.directory, 'signalbox.db'))).size).toBeLessThanOrEqual(original.length);
    const again = await place.open({ key });
    expect((await again.tokens.read('entra:contoso:support'))?.reveal()).toBe('also of 0.1.0');
  });

  it('is copied once when several processes come at once, and the copy is of before', async () => {
    await using place = await makePlace();
    await withEarlierStore(place);
    const stores = await Promise.all([0, 1, 2].map(() => place.open({ key })));
    for (const { tokens } of stores) expect((await tokens.read('entra:contoso:sales'))?.reveal()).toBe('of 0.1.0');
    expect((await readdir(place.directory)).filter((name) => name.includes('before'))).toEqual([BACKUP]);
    const copy = new DatabaseSync(join(place.directory, BACKUP), { readOnly: true });
    expect(copy.prepare('select name from kysely_migration').all()).toEqual([{ name: '0001-tokens' }]);
    copy.close();
  });

  it('is not opened with another key, since the keys of what it holds are known', async () => {
    await using place = await makePlace();
    await withEarlierStore(place);
    await expect(place.open()).rejects.toMatchObject({ code: 'config.invalid' }); // no key file beside it
    await expect(place.open({ key: { text: secret('A'.repeat(43)) } })).rejects.toMatchObject({ code: 'config.invalid', message: expect.stringContaining('was sealed with the key 648f542c33e2') });
    expect((await (await place.open({ key })).tokens.read('entra:contoso:sales'))?.reveal()).toBe('of 0.1.0');
  });
});

describe('a store of this release', () => {
  it('is not copied when it is made, nor when it is opened', async () => {
    await using place = await makePlace();
    await (await place.open())[Symbol.asyncDispose]();
    await place.open();
    expect((await readdir(place.directory)).filter((name) => name.includes('before'))).toEqual([]);
  });
});
