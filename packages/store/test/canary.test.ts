import { copyFile, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { findCanaries, findCanariesIn } from '@signalbox/conformance';
import { secret } from '@signalbox/core';
import { describe, expect, it } from 'vitest';
import { nextLine, startChild } from './child/start.ts';
import { makePlace } from './world.ts';

const CANARIES = ['canary-of-a-write "0.AXoA/+~Grüße"', 'canary-of-an-update 4f1c7a9e8b', 'canary-that-was-replaced 77', `canary-that-is-long ${'0123456789abcdef'.repeat(2000)}`, 'canary-that-was-deleted 5d'] as const;

describe('what lies on the disk', () => {
  it('tells no secret: not while the store is open, not after it was closed, not after kill -9', { timeout: 30_000 }, async () => {
    await using place = await makePlace();
    const [written, updated, replaced, long, deleted] = CANARIES;
    const store = await place.open();
    const { tokens } = store;
    await tokens.write('a', secret(replaced));
    await tokens.write('a', secret(written));
    await tokens.write('b', secret(long));
    await tokens.write('c', secret(deleted));
    await tokens.delete('c');
    await tokens.update('d', async () => secret(updated));
    expect((await readdir(place.directory)).toSorted()).toEqual(['signalbox.db', 'signalbox.db-shm', 'signalbox.db-wal']);
    expect(await findCanariesIn(place.parent, CANARIES)).toEqual([]);

    await using child = startChild('write-canaries.ts', { directory: place.directory, canaries: CANARIES });
    expect(await nextLine(child)).toBe('written');
    await child.kill();
    expect((await stat(join(place.directory, 'signalbox.db-wal'))).size).toBeGreaterThan(30_000); // what the killed one left is still in the log
    expect(await findCanariesIn(place.parent, CANARIES)).toEqual([]);

    await store[Symbol.asyncDispose]();
    expect(await readdir(place.directory)).toEqual(['signalbox.db']);
    expect(await findCanariesIn(place.parent, CANARIES)).toEqual([]);
  });

  it('would not hide one from the search: planted in the database it is found, in the log and in the file', async () => {
    await using place = await makePlace();
    await place.open();
    const file = join(place.directory, 'signalbox.db');
    const database = new DatabaseSync(file);
    for (const value of CANARIES) database.prepare('insert into token (name, sealed, version, updated_at) values (?, ?, 0, 0)').run(`plant ${CANARIES.indexOf(value)}`, Buffer.from(value).toString('base64'));
    const all = new Set(CANARIES.keys());
    expect(new Set((await findCanariesIn(`${file}-wal`, CANARIES)).map(({ canary }) => canary))).toEqual(all);
    database.exec('pragma wal_checkpoint(truncate)');
    database.close();
    expect(new Set((await findCanariesIn(file, CANARIES)).map(({ canary }) => canary))).toEqual(all);
  });

  it('holds names in the clear, which is why they must not be secrets', async () => {
    await using place = await makePlace();
    const { tokens } = await place.open();
    await tokens.write('a name that can be read', secret('x'));
    expect(await findCanariesIn(place.directory, ['a name that can be read'])).not.toEqual([]);
  });

  it('is for its owner alone: directory, key, database, log and shared memory', async () => {
    await using place = await makePlace();
    const { tokens } = await place.open();
    await tokens.write('a', secret('x'));
    const modeOf = async (path: string): Promise<string> => ((await stat(path)).mode & 0o777).toString(8);
    expect(await modeOf(place.directory)).toBe('700');
    for (const file of await readdir(place.directory)) expect([file, await modeOf(join(place.directory, file))]).toEqual([file, '600']);
    expect(await modeOf(`${place.directory}.key`)).toBe('600');
  });

  it('does not open without the key, which lies beside it and not in it', async () => {
    await using place = await makePlace();
    const store = await place.open();
    await store.tokens.write('a', secret(CANARIES[0]));
    await store[Symbol.asyncDispose]();
    const key = (await readFile(`${place.directory}.key`, 'utf8')).trim();
    expect(findCanaries(await readFile(join(place.directory, 'signalbox.db')), [key])).toEqual([]);
    await using elsewhere = await makePlace();
    await elsewhere.open().then((other) => other[Symbol.asyncDispose]());
    await copyFile(join(place.directory, 'signalbox.db'), join(elsewhere.directory, 'signalbox.db'));
    await expect(elsewhere.open()).rejects.toMatchObject({ code: 'config.invalid', message: expect.stringContaining('was sealed with the key') });
  });
});
