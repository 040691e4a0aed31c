import { execFile } from 'node:child_process';
import { chmod, mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { secret } from '@signalbox/core';
import { describe, expect, it } from 'vitest';
import { makePlace, type Place } from './world.ts';

const run = promisify(execFile);
const scriptOf = (name: string): string => fileURLToPath(new URL(`child/${name}`, import.meta.url));

const database = ({ directory }: Place): string => join(directory, 'signalbox.db');

async function filled(place: Place): Promise<void> {
  await using store = await place.open();
  for (let count = 0; count < 50; count += 1) await store.tokens.write(`record ${count}`, secret('x'.repeat(3000)));
}

/** Root may do anything: as somebody else for a moment, where this process is root. */
async function asOrdinaryUser<T>(work: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return work();
  process.seteuid?.(65_534);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}

describe('a store that cannot be used', () => {
  it('because its file is no database is told, and left as it is', async () => {
    await using place = await makePlace();
    await filled(place);
    await writeFile(database(place), 'this is a text, and not a database at all\n'.repeat(200));
    await expect(place.open()).rejects.toMatchObject({ code: 'config.invalid', message: expect.stringContaining(database(place)), remedy: { who: 'operator', text: expect.stringContaining('backup') } });
    expect(await readFile(database(place), 'utf8')).toContain('this is a text');
  });

  it('because pages of it are damaged is told when they are read', async () => {
    await using place = await makePlace();
    await filled(place);
    const handle = await open(database(place), 'r+');
    const { size } = await handle.stat();
    await handle.write(Buffer.alloc(size - 4096, 0xa5), 0, size - 4096, 4096); // all but the first page
    await handle.close();
    const opened = place.open().then(({ tokens }) => tokens.read('record 7'));
    await expect(opened).rejects.toMatchObject({ code: 'config.invalid', retry: 'never', message: expect.stringContaining('damaged') });
  });

  it('because a newer release has written it is told, with the release as the remedy', async () => {
    await using place = await makePlace();
    await filled(place);
    const { DatabaseSync } = await import('node:sqlite');
    const newer = new DatabaseSync(database(place));
    newer.exec(`insert into kysely_migration (name, timestamp) values ('9999-from-the-future', '2030-01-01T00:00:00Z')`);
    newer.close();
    await expect(place.open()).rejects.toMatchObject({ code: 'config.invalid', remedy: { action: 'upgrade-plugin', text: expect.stringContaining('newer') } });
  });

  it('because the directory may not be written is told, with the account as the remedy', async () => {
    await using place = await makePlace();
    await mkdir(place.directory);
    await writeFile(`${place.directory}.key`, '');
    await chmod(place.parent, 0o755);
    await chmod(place.directory, 0o555);
    const key = { text: secret('A'.repeat(43)) };
    await asOrdinaryUser(() => expect(place.open({ key })).rejects.toMatchObject({ code: 'config.invalid', message: expect.stringContaining('cannot be written'), remedy: { who: 'operator', text: expect.stringContaining('account') } }));
    await chmod(place.directory, 0o700);
  });

  it('because the directory is a file is told', async () => {
    await using place = await makePlace();
    await writeFile(place.directory, '');
    await expect(place.open({ key: { text: secret('A'.repeat(43)) } })).rejects.toMatchObject({ code: 'config.invalid' });
  });

  it('because another process keeps it busy is told as something that passes', { timeout: 30_000 }, async () => {
    await using place = await makePlace();
    const { tokens } = await place.open();
    const { DatabaseSync } = await import('node:sqlite');
    const other = new DatabaseSync(database(place));
    other.exec('begin immediate');
    await expect(tokens.write('a', secret('x'))).rejects.toMatchObject({ code: 'unavailable', retry: 'safe' });
    other.exec('rollback');
    other.close();
    await tokens.write('a', secret('x'));
    expect((await tokens.read('a'))?.reveal()).toBe('x');
  });

  it('because there is no room left is told, and keeps what was stored', async () => {
    await using place = await makePlace();
    await mkdir(place.directory);
    const { stdout } = await run('sh', ['-c', 'unshare -rm true 2> /dev/null && echo yes || echo no']);
    const canMount = stdout.trim() === 'yes';
    // A disk of 2 MB where a process may mount one for itself; otherwise a limit on the size of files, which SQLite takes for a disk that fails.
    const room = canMount ? ['unshare', '-rm', 'sh', '-c', 'mount -t tmpfs -o size=2m tmpfs "$0" && exec "$@"', place.parent] : ['sh', '-c', 'ulimit -f 2000 && exec "$0" "$@"'];
    const script = [process.execPath, '--conditions=@signalbox/source', scriptOf('fill.ts'), JSON.stringify({ directory: place.directory })];
    const said = await run('env', [...room, ...script]);
    const told = canMount ? { code: 'quota.exceeded', action: 'free-space' } : { code: 'unavailable', action: 'fix-config' };
    expect(JSON.parse(said.stdout)).toEqual({ told, enough: true, kept: 'all' });
  });

  it('because it is closed says so, also to a change that ends too late', async () => {
    await using place = await makePlace();
    const store = await place.open({ leaseMs: 50 });
    const { tokens } = store;
    const [begun, free] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const late = tokens.update('a', async () => {
      begun.resolve();
      await free.promise;
      return secret('late');
    });
    const outcomes = Promise.allSettled([late, tokens.update('a', async () => secret('never'))]);
    await begun.promise;
    const reading = Promise.allSettled([tokens.read('a')]);
    await store[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
    free.resolve();
    const afterwards = Promise.allSettled([tokens.read('a'), tokens.write('a', secret('x')), tokens.delete('a'), tokens.update('a', async () => undefined), store.rotate()]);
    expect(await reading).toEqual([{ status: 'fulfilled', value: undefined }]);
    for (const outcome of [...(await outcomes), ...(await afterwards)]) expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'transport.closed' } });
  });

  it('does not keep a change from being stored that ends in time', async () => {
    await using place = await makePlace();
    const store = await place.open();
    const update = store.tokens.update('a', () => new Promise((resolve) => setTimeout(() => resolve(secret('in time')), 100)));
    await new Promise((resolve) => setTimeout(resolve, 20)); // begun, and not over
    await store[Symbol.asyncDispose]();
    expect((await update)?.reveal()).toBe('in time');
    expect((await (await place.open()).tokens.read('a'))?.reveal()).toBe('in time');
  });
});

describe('a directory that was there before', () => {
  it('is left as it is, and said to be open to others where it is', async () => {
    await using place = await makePlace();
    await mkdir(place.directory);
    await chmod(place.directory, 0o755);
    const events: string[] = [];
    await place.open({ log: { log: (level, event) => void events.push(`${level} ${event}`) } });
    expect(events).toEqual(['warn store.directory-open-to-others']);
  });
});
