import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { isMailError, secret } from '@signalbox/core';
import { systemClock } from '@signalbox/kit';
import { startPostgres, type PostgresServer } from '@signalbox/lab';
import { newKeyText, openStore, type Store, type StoreSettings } from '@signalbox/store';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const key = { text: newKeyText() };
const SECRET = 'canary-p%40ss';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server[Symbol.asyncDispose]());

const open = (url: string, settings: Partial<StoreSettings> = {}): Promise<Store> => openStore({ url: secret(url), key, clock: systemClock, ...settings });

async function ask(...statements: readonly string[]): Promise<void> {
  const client = new Client({ connectionString: server.url });
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}

/** The failure, after a look at everything that could be printed of it. */
async function failureOf(url: string): Promise<unknown> {
  const failure: unknown = await open(url).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(isMailError(failure)).toBe(true);
  const printed = `${inspect(failure, { depth: 10, showHidden: true })} ${JSON.stringify(failure)}`;
  for (const words of [SECRET, decodeURIComponent(SECRET), 'lab-pass']) expect(printed).not.toContain(words);
  return failure;
}

const at = (path: string): string => server.url.replace(/\/\/.*$/, `//${path.replace('HOST', `127.0.0.1:${server.port}`)}`);

describe('a database server that cannot be used', () => {
  it.each([
    ['a wrong password', `signalbox:${SECRET}@HOST/signalbox`, 'auth.rejected', 'after-remedy', 'signalbox at 127.0.0.1'],
    ['a user that does not exist', `nobody:${SECRET}@HOST/signalbox`, 'auth.rejected', 'after-remedy', 'signalbox at 127.0.0.1'],
    ['no password', 'signalbox@HOST/signalbox', 'auth.rejected', 'after-remedy', 'refuses this user or password'],
    ['a database that does not exist', 'signalbox:lab-pass@HOST/nothing', 'config.invalid', 'never', 'nothing at 127.0.0.1'],
    ['TLS that the server does not have', 'signalbox:lab-pass@HOST/signalbox?sslmode=verify-full', 'tls.failed', 'after-remedy', 'no trusted encrypted connection'],
    ['no schema to make tables in', 'signalbox:lab-pass@HOST/signalbox?options=-c%20search_path%3Dnone', 'config.invalid', 'never', 'no schema on the search path'],
    ['a server that takes no writes', 'signalbox:lab-pass@HOST/signalbox?options=-c%20default_transaction_read_only%3Don', 'unavailable', 'safe', 'takes no writes'],
    ['a CA file that cannot be read', `signalbox:${SECRET}@HOST/signalbox?sslmode=verify-full&sslrootcert=/nowhere/ca.pem`, 'config.invalid', 'never', '/nowhere/ca.pem'],
    ['a port that is none', `signalbox:${SECRET}@host:99999/signalbox`, 'config.invalid', 'never', 'not usable'],
  ] as const)('because of %s says so and who can help, and nothing of the password', async (_, path, code, retry, words) => {
    expect(await failureOf(at(path))).toMatchObject({ code, retry, affects: 'endpoint', message: expect.stringContaining(words), remedy: { who: 'operator' } });
  });

  it('because it is no address at all says what one looks like', async () => {
    for (const url of [`mysql://root:${SECRET}@localhost/x`, SECRET, '']) expect(await failureOf(url)).toMatchObject({ code: 'config.invalid', remedy: { text: expect.stringContaining('postgresql://user:password@') } });
  });

  it('because nothing listens there, or nothing answers, says so', async () => {
    const silent = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    expect(await failureOf(`postgresql://signalbox:${SECRET}@127.0.0.1:${port}/signalbox`)).toMatchObject({ code: 'unavailable', retry: 'safe' });
    silent.close();
    await once(silent, 'close');
    expect(await failureOf(`postgresql://signalbox:${SECRET}@127.0.0.1:${port}/signalbox`)).toMatchObject({ code: 'unavailable', retry: 'safe', remedy: { text: expect.stringContaining('DATABASE_URL') } });
  });

  it('because a newer release has written it is left as it is', async () => {
    await ask('create database newer');
    const url = at('signalbox:lab-pass@HOST/newer');
    await (await open(url))[Symbol.asyncDispose]();
    const client = new Client({ connectionString: url });
    await client.connect();
    await client.query(`insert into kysely_migration (name, timestamp) values ('9999-from-the-future', '2030')`);
    expect(await failureOf(url)).toMatchObject({ code: 'config.invalid', remedy: { action: 'upgrade-plugin' } });
    await client.end();
  });

  it('because the user may not make tables says what to grant', async () => {
    await ask(`create role weak login password 'lab-pass'`, 'create database poor');
    expect(await failureOf(at('weak:lab-pass@HOST/poor'))).toMatchObject({ code: 'config.invalid', remedy: { text: expect.stringContaining('grant') } });
  });

  it('because it is made for other texts than Unicode says so', async () => {
    await ask(`create database latin encoding 'LATIN1' locale 'C' template template0`);
    expect(await failureOf(at('signalbox:lab-pass@HOST/latin'))).toMatchObject({ code: 'config.invalid', message: expect.stringContaining('LATIN1') });
  });

  it('is opened by several processes at once, and by a name that lies in another schema', async () => {
    await ask('create database crowd');
    const stores = await Promise.all([0, 1, 2, 3].map(() => open(at('signalbox:lab-pass@HOST/crowd'))));
    await stores[0]?.tokens.write('a', secret('x'));
    for (const store of stores) {
      expect((await store.tokens.read('a'))?.reveal()).toBe('x');
      await store[Symbol.asyncDispose]();
    }
  });
});

describe('a process that freezes in a transaction', () => {
  it('is let go by the server, so that others can go on', { timeout: 60_000 }, async () => {
    await ask('create database frozen');
    const url = at('signalbox:lab-pass@HOST/frozen');
    await using store = await open(url);
    await store.mailboxes.put({ id: 'sales', address: 'sales@contoso.com' });
    const holding = await store.leases.acquire('sales', 'receive', 'one');
    if (!holding) throw new Error('The lease was free.');
    const place = { door: 'door', folder: 'INBOX', key: '1' };
    await store.ledger.record({ holding, deliveries: [{ id: 'd1', place, factsKey: 'facts', arrivedAt: 1, facts: '{}' }] });
    const script = fileURLToPath(new URL('child/freeze.ts', import.meta.url));
    const child = spawn(process.execPath, ['--conditions=@signalbox/source', script, JSON.stringify({ url, key: key.text.reveal(), delivery: 'd1' })], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      await once(child.stdout, 'data');
      const began = performance.now();
      let closed: readonly { readonly id: string }[] = [];
      while (closed.length === 0 && performance.now() - began < 40_000) closed = await store.deliveries.ack({ ids: ['d1'] }).catch(() => []);
      expect(closed).toMatchObject([{ id: 'd1' }]);
      expect(performance.now() - began).toBeLessThan(25_000);
    } finally {
      child.kill('SIGKILL');
      await once(child, 'close');
    }
  });
});
