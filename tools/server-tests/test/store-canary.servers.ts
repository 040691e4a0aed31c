import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findCanaries } from '@signalbox/conformance';
import { secret } from '@signalbox/core';
import { systemClock } from '@signalbox/kit';
import { type PostgresServer, startPostgres } from '@signalbox/lab';
import { newKeyText, openStore, type Store } from '@signalbox/store';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../src/run-command.ts';

const CANARIES = ['canary-of-a-token 0.AXoA+/', 'canary-of-a-subject Grüße', 'canary-of-a-sender@contoso.example', 'canary-of-a-letter Dear Ada', 'canary-of-a-recipient@contoso.example', 'canary-of-a-configuration hunter2', 'canary-of-an-effect Archive/2026'] as const;

const key = newKeyText();
let server: PostgresServer;
beforeAll(async () => {
  // Whatever is asked of the server stands in its log, as an operator may have it.
  server = await startPostgres({ settings: ["log_statement = 'all'", 'log_parameter_max_length = -1', 'log_parameter_max_length_on_error = -1'] });
});
afterAll(() => server[Symbol.asyncDispose]());

/** One of everything that is personal or secret. */
async function fill({ tokens, mailboxes, leases, ledger, deliveries, outbox, revisions }: Store): Promise<void> {
  const [token, subject, sender, letter, recipient, configuration, target] = CANARIES;
  await tokens.write('a', secret(token));
  await mailboxes.put({ id: 'sales', address: 'sales@contoso.com' });
  const holding = await leases.acquire('sales', 'receive', 'one');
  if (!holding) throw new Error('The lease was free.');
  const facts = JSON.stringify({ subject, from: [sender] });
  await ledger.record({ holding, deliveries: ['d1', 'd2'].map((id, index) => ({ id, place: { door: 'door', folder: 'INBOX', key: String(index) }, factsKey: 'facts', arrivedAt: 1, facts })) });
  await deliveries.ack({ ids: ['d1'], effectOf: () => ({ kind: 'move', target: { folder: target } }) });
  const mail = { from: sender, subject, envelope: { mailFrom: sender, rcptTo: [recipient] as const }, bcc: [] };
  const entry = { id: 'entry-1', mailbox: 'sales', idempotencyKey: 'order 1', messageId: 'entry-1@contoso.com' as const, mail, requestDigest: () => 'digest' };
  await outbox.submit(entry, (async function* content() { yield Buffer.from(letter.repeat(2_000)); })());
  await revisions.deploy({ text: secret(`password: ${configuration}`), digest: 'digest', summary: 'first', who: 'operator', after: 0 });
}

describe('a dump of the database, and the log of its server', () => {
  it('tell no secret, nor anything personal of a message, with every statement and parameter logged', { timeout: 60_000 }, async () => {
    await using store = await openStore({ url: secret(server.url), key: { text: key }, clock: systemClock });
    await fill(store);
    await store.rotate();
    const [dump, log] = [await server.dump(), await server.log()];
    expect([dump.includes('entry-1'), log.includes('entry-1')]).toEqual([true, true]); // all of it was looked at
    expect(findCanaries(dump, [...CANARIES, key.reveal()])).toEqual([]);
    expect(findCanaries(log, [...CANARIES, key.reveal()])).toEqual([]);
  });

  it('would not hide one from the search', async () => {
    const client = new Client({ connectionString: server.url });
    await client.connect();
    await client.query('create table planted (value text)');
    for (const value of CANARIES) await client.query('insert into planted values ($1)', [Buffer.from(value).toString('base64')]);
    await client.end();
    for (const found of [findCanaries(await server.dump(), CANARIES), findCanaries(await server.log(), CANARIES)]) expect(new Set(found.map(({ canary }) => canary))).toEqual(new Set(CANARIES.keys()));
  });
});

describe('what commands keep in a database, and say', () => {
  it('tells neither the key nor the password of the database nor a secret of the configuration', { timeout: 60_000 }, async () => {
    const home = await mkdtemp(join(tmpdir(), 'signalbox-canary-'));
    try {
      const text = `version: 1\norganization: contoso\nservers: { imap: { host: localhost, port: 1 }, smtp: { host: localhost, port: 1 } }\nmailboxes:\n  - { id: sales, address: sales@contoso.com, flow: basic, password: '${CANARIES[5]}' }\n`;
      await writeFile(join(home, 'signalbox.yaml'), text);
      const env = { HOME: home, SIGNALBOX_KEY: newKeyText().reveal(), DATABASE_URL: `${server.url}?options=-c%20search_path%3Dcommands` };
      const client = new Client({ connectionString: server.url });
      await client.connect();
      await client.query('create schema commands');
      await client.end();
      const said: string[] = [];
      for (const args of [['apply'], ['plan', '--json'], ['test', 'incoming', '--json'], ['status', '--offline'], ['history', '--json'], ['outbox', 'list'], ['store', 'rotate-key']]) {
        const { stdout, stderr } = await runCommand([...args, '--verbose'], { cwd: home, env });
        said.push(stdout, stderr);
      }
      const dump = (await server.dump()).toString().replace(/COPY public\.planted[^]*?\\\.\n/, ''); // the other test's
      const secrets = [CANARIES[5], env.SIGNALBOX_KEY];
      expect(dump).toContain('commands.revision');
      expect(findCanaries(Buffer.from(dump), secrets)).toEqual([]);
      expect(findCanaries(Buffer.from(said.join('\n')), [...secrets, 'signalbox:lab-pass@'])).toEqual([]);
    } finally {
      await rm(home, { recursive: true, force: true });
    }
  });
});
