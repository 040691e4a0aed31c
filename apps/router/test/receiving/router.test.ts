import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { plugin as password } from '@signalbox/auth-password';
import { systemClock } from '@signalbox/kit';
import { createRouter, type Delivery, loadConfig, type Router } from '@signalbox/router';
import { openStore } from '@signalbox/store';
import { createMemoryPlugin, createMemoryServer, type MemoryServer } from '@signalbox/transport-memory';
import { describe, expect, it } from 'vitest';
import { put } from './memory-world.ts';

const CONFIG = `version: 1
organization: contoso
flows: { in-memory: { receive: { transport: memory, auth: password }, send: { transport: memory, auth: password } } }
mailboxes:
  - { id: sales, address: sales@b.c, flow: in-memory, password: pass }
  - { id: broken, address: broken@b.c, flow: nowhere }
`;

interface World extends AsyncDisposable {
  readonly server: MemoryServer;
  readonly router: Router;
}

async function openWorld(): Promise<World> {
  const directory = await mkdtemp(join(tmpdir(), 'router-'));
  const server = createMemoryServer();
  for (const name of ['sales', 'ada']) server.addMailbox(`${name}@b.c`);
  const store = await openStore({ directory: join(directory, 'data'), clock: systemClock, role: 'router' });
  const config = await loadConfig({ file: '/etc/signalbox.yaml', text: CONFIG, env: {}, readFile: () => Promise.reject(new Error('there are no files')) });
  const router = await createRouter({ config, store, plugins: [createMemoryPlugin(server), password], host: { clock: systemClock, log: { log() {} }, fetchFor: () => fetch } });
  for await (const event of router.events({ signal: AbortSignal.timeout(10_000) })) if (event.type === 'mailbox-active') break;
  return {
    server,
    router,
    async [Symbol.asyncDispose]() {
      await router[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
      await rm(directory, { recursive: true });
    },
  };
}

async function next(router: Router): Promise<Delivery> {
  for await (const delivery of router.deliveries({ signal: AbortSignal.timeout(10_000) })) return delivery;
  throw new Error('Nothing was delivered.');
}

const submitted = async (server: MemoryServer, count: number): Promise<readonly string[]> => {
  for (const end = Date.now() + 10_000; server.submitted.length < count && Date.now() < end; ) await new Promise((resolve) => setTimeout(resolve, 20));
  return server.submitted.map(({ raw }) => Buffer.from(raw).toString());
};

describe('a router', () => {
  it('receives, replies in the thread, forwards and explains itself', async () => {
    await using world = await openWorld();
    const { server, router } = world;
    put(server, 'question', { to: 'sales' });
    const delivery = await next(router);
    const reply = await router.reply(delivery.id, { text: 'An answer.' });
    await router.forward(delivery.id, { to: ['ada@b.c'] });
    await delivery.ack();
    const sent = await submitted(server, 2);
    const answer = sent.find((text) => text.includes('An answer.'));
    expect(answer).toMatch(/^Subject: Re: question\r$/m);
    expect(answer).toMatch(/^In-Reply-To: <question@example\.org>\r$/m);
    expect(server.submitted).toHaveLength(2);
    expect(server.submitted.map(({ rcptTo }) => rcptTo)).toEqual(expect.arrayContaining([['ada@b.c'], ['ada@example.org']]));
    expect(sent.some((text) => text.includes('message/rfc822') && text.includes('question@example.org'))).toBe(true);
    expect((await router.outbox.history(reply.id)).length).toBeGreaterThan(0);
    expect(router.explain()).toMatchObject([{ id: 'sales', receive: { state: 'routed', transport: 'memory' } }, { id: 'broken', receive: { state: 'broken' } }]);
    expect(await router.status()).toMatchObject([{ mailbox: 'sales', state: 'active', openDeliveries: 0 }, { mailbox: 'broken', state: 'broken' }]);
    expect(await router.unread('sales')).toBe(1);
  });

  it('replies with what it knows when the message is gone', async () => {
    await using world = await openWorld();
    const { server, router } = world;
    put(server, 'question', { to: 'sales' });
    const delivery = await next(router);
    const inbox = server.mailbox('sales@b.c')!.folder('inbox');
    inbox.remove(inbox.messages[0]!.key);
    await router.reply(delivery.id, { text: 'An answer.' });
    expect((await submitted(server, 1))[0]).toMatch(/^In-Reply-To: <question@example\.org>\r$/m);
    await expect(router.forward(delivery.id, { to: ['ada@b.c'] })).rejects.toMatchObject({ code: 'message.not-found' });
    await expect(router.reply('none', { text: '' })).rejects.toMatchObject({ code: 'delivery.not-found' });
  });

  it('knows its own mail when it comes back', async () => {
    await using world = await openWorld();
    const entry = await world.router.send('sales', { to: ['sales@b.c'], subject: 'to myself', text: 'Hi' });
    const delivery = await next(world.router);
    expect(delivery).toMatchObject({ subject: 'to myself', own: entry.id });
    await delivery.ack();
  });

  it('joins a report of non-delivery to the mail that it is about', async () => {
    await using world = await openWorld();
    const { server, router } = world;
    const entry = await router.send('sales', { to: ['ada@b.c'], subject: 'offer', text: 'Hi' });
    await submitted(server, 1);
    const outcome = (async () => {
      for await (const event of router.events({ signal: AbortSignal.timeout(10_000) })) if (event.type === 'outbox-changed' && event.event === 'reported') return event;
      return undefined;
    })();
    server.deliver('sales@b.c', { raw: report(entry.messageId) });
    const delivery = await next(router);
    expect(delivery).toMatchObject({ kind: 'delivery-report' }); // by its Content-Type, whoever sent it
    expect(await delivery.header()).toMatchObject({ kind: 'delivery-report', autoSubmitted: 'auto-replied' });
    await delivery.ack();
    expect(await outcome).toMatchObject({ entry: entry.id, mailbox: 'sales' });
  });
});

const report = (messageId: string): Uint8Array =>
  Buffer.from(
    [
      'From: Delivery Desk <ada@odd.example>',
      'To: sales@b.c',
      'Subject: Undeliverable: offer',
      'Message-ID: <report@b.c>',
      'Auto-Submitted: auto-replied',
      'MIME-Version: 1.0',
      'Content-Type: multipart/report; report-type=delivery-status; boundary=b',
      '',
      '--b',
      'Content-Type: text/plain',
      '',
      'Your mail did not arrive.',
      '--b',
      'Content-Type: message/delivery-status',
      '',
      'Reporting-MTA: dns; mx.b.c',
      '',
      'Final-Recipient: rfc822; ada@b.c',
      'Action: failed',
      'Status: 5.1.1',
      '',
      '--b',
      'Content-Type: text/rfc822-headers',
      '',
      `Message-ID: <${messageId}>`,
      'Subject: offer',
      '',
      '--b--',
      '',
    ].join('\r\n'),
  );

