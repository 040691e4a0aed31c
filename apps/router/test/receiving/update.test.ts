import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { plugin as password } from '@signalbox/auth-password';
import { systemClock } from '@signalbox/kit';
import { configJsonSchema, createRouter, type Delivery, loadConfig, type Router } from '@signalbox/router';
import { openStore, type Store } from '@signalbox/store';
import { createMemoryPlugin, createMemoryServer, type MemoryServer } from '@signalbox/transport-memory';
import { describe, expect, it } from 'vitest';
import { put } from './memory-world.ts';

type Section = Readonly<Record<string, unknown>>;

const mailbox = (id: string, more: Section = {}): Section => ({ id, address: `${id}@b.c`, flow: 'in-memory', password: 'pass', ...more });
const THREE = [mailbox('sales'), mailbox('support'), mailbox('billing')];

const configOf = (sections: Section) =>
  loadConfig({
    file: '/etc/signalbox.yaml',
    text: JSON.stringify({
      version: 1,
      organization: 'contoso',
      flows: { 'in-memory': { receive: { transport: 'memory', auth: 'password' }, send: { transport: 'memory', auth: 'password' } } },
      mailboxes: THREE,
      ...sections,
    }),
    env: {},
    readFile: () => Promise.reject(new Error('there are no files')),
  });

interface World extends AsyncDisposable {
  readonly server: MemoryServer;
  readonly store: Store;
  readonly router: Router;
  /** What was opened and closed, by address, since it was looked at last. */
  opened(): readonly string[];
  update(sections: Section): ReturnType<Router['update']>;
}

async function openWorld(): Promise<World> {
  const directory = await mkdtemp(join(tmpdir(), 'update-'));
  const server = createMemoryServer();
  for (const name of ['sales', 'support', 'billing', 'fax', 'invoices', 'ada']) server.addMailbox(`${name}@b.c`);
  const journal: string[] = [];
  const memory = createMemoryPlugin(server);
  const counted: ReturnType<typeof createMemoryPlugin> = {
    ...memory,
    async open(context, options) {
      journal.push(`+${context.mailbox.address}`);
      const transport = await memory.open(context, options);
      return Object.assign(Object.create(transport) as typeof transport, {
        async [Symbol.asyncDispose]() {
          journal.push(`-${context.mailbox.address}`);
          await transport[Symbol.asyncDispose]();
        },
      });
    },
  };
  const store = await openStore({ directory: join(directory, 'data'), clock: systemClock, role: 'router' });
  const router = await createRouter({ config: await configOf({}), store, plugins: [counted, password], host: { clock: systemClock, log: { log() {} }, fetchFor: () => fetch } });
  await active(router, 3);
  journal.length = 0;
  return {
    server,
    store,
    router,
    opened: () => journal.splice(0).toSorted(),
    update: async (sections) => router.update(await configOf(sections)),
    async [Symbol.asyncDispose]() {
      await router[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
      await rm(directory, { recursive: true });
    },
  };
}

async function active(router: Router, count: number): Promise<void> {
  await expect.poll(async () => (await router.status()).filter(({ state }) => state === 'active').length, { timeout: 10_000 }).toBe(count);
}

async function next(router: Router, mailboxes?: readonly string[]): Promise<Delivery> {
  for await (const delivery of router.deliveries({ signal: AbortSignal.timeout(10_000), mailboxes })) return delivery;
  throw new Error('Nothing was delivered.');
}

describe('an update of a running router', () => {
  it('begins what is added, ends what is removed, opens anew what is different, and leaves the rest alone', async () => {
    await using world = await openWorld();
    const { server, router, store } = world;
    expect(await world.update({ mailboxes: [mailbox('sales'), mailbox('support', { password: 'other' }), mailbox('fax')] })).toEqual({ added: ['fax'], changed: ['support'], removed: ['billing'], unchanged: ['sales'] });
    await active(router, 3);
    expect(world.opened()).toEqual(['+fax@b.c', '+support@b.c', '-billing@b.c', '-support@b.c']);
    for (const to of ['sales', 'support', 'fax', 'billing']) put(server, `to-${to}`, { to });
    const ids = new Set<string>();
    while (ids.size < 3) {
      const delivery = await next(router);
      ids.add(delivery.mailbox);
      await delivery.ack();
    }
    expect(ids).toEqual(new Set(['sales', 'support', 'fax']));
    expect(await store.leases.acquire('billing', 'receive', 'somebody else')).toBeDefined();
  });

  it('leaves every delivery in hand with its receipt, also of a mailbox that is different', async () => {
    await using world = await openWorld();
    const { server, router, store } = world;
    for (const to of ['sales', 'support']) put(server, `in-hand-${to}`, { to });
    const inHand = [await next(router, ['sales']), await next(router, ['support'])];
    const receipts = async () => Promise.all(inHand.map(async ({ id }) => (await store.deliveries.get(id))?.receipt));
    const before = await receipts();
    await world.update({ mailboxes: [mailbox('sales'), mailbox('support', { folders: ['inbox', 'archive'] }), mailbox('billing')] });
    expect(before.every((receipt) => receipt !== undefined)).toBe(true);
    expect(await receipts()).toEqual(before);
    for (const delivery of inHand) {
      await delivery.extend(60_000);
      await delivery.ack();
    }
    expect((await store.deliveries.counts()).get('support')?.open ?? 0).toBe(0);
  });

  it('stops no mailbox because another cannot be opened', async () => {
    await using world = await openWorld();
    await world.update({ mailboxes: [...THREE, mailbox('ghost'), mailbox('lost', { flow: 'nowhere' })] });
    await expect.poll(async () => Object.fromEntries((await world.router.status()).map(({ mailbox: id, state }) => [id, state])), { timeout: 10_000 }).toEqual({ sales: 'active', support: 'active', billing: 'active', ghost: 'retrying', lost: 'broken' });
    expect(world.opened()).not.toContain('-sales@b.c');
    await world.update({ mailboxes: [...THREE, mailbox('lost')] });
    expect((await world.router.status()).map(({ mailbox: id }) => id)).toEqual(['sales', 'support', 'billing', 'lost']);
  });

  it('follows the one before it, and is waited for by whoever closes the router', async () => {
    await using world = await openWorld();
    const updates = [world.router.update(await configOf({ mailboxes: [mailbox('sales')] })), world.router.update(await configOf({ mailboxes: [mailbox('sales'), mailbox('fax')] }))];
    await world.router[Symbol.asyncDispose]();
    expect(await Promise.all(updates)).toEqual([
      { added: [], changed: [], removed: ['support', 'billing'], unchanged: ['sales'] },
      { added: ['fax'], changed: [], removed: [], unchanged: ['sales'] },
    ]);
    await expect(world.update({})).rejects.toMatchObject({ code: 'transport.closed' });
  });

  it('sends by the new defaults, and from the new address of a mailbox', async () => {
    await using world = await openWorld();
    await world.update({ outgoing: { bcc: 'archive@b.c' }, mailboxes: [mailbox('sales', { address: 'invoices@b.c' }), mailbox('support')] });
    for (const id of ['sales', 'support']) await world.router.send(id, { to: ['ada@b.c'], subject: id, text: 'Hi' });
    await expect.poll(() => world.server.submitted.map(({ mailFrom, rcptTo }) => `${mailFrom} ${rcptTo.toSorted().join()}`).toSorted(), { timeout: 10_000 }).toEqual([
      'invoices@b.c ada@b.c,archive@b.c',
      'support@b.c ada@b.c,archive@b.c',
    ]);
  });
});

describe('each section of a configuration', () => {
  /** What an update with it opens anew; `undefined`: the loader allows one value only. */
  const SECTIONS: Readonly<Record<string, readonly [Section, readonly string[]] | undefined>> = {
    version: undefined,
    organization: [{ organization: 'fabrikam' }, []],
    entra: [{ entra: { tenant: 'contoso.example', clientId: '00000000-0000-0000-0000-000000000001', clientSecret: 's' } }, []], // of no flow here
    servers: [{ servers: { memory: { pollMs: 30_000 } } }, ['sales', 'support', 'billing']],
    auth: [{ auth: { password: { username: 'all' } } }, ['sales', 'support', 'billing']],
    outgoing: [{ outgoing: { from: 'desk@b.c' } }, []],
    network: [{ network: { proxy: 'http://proxy.example:3128' } }, ['sales', 'support', 'billing']],
    notifications: undefined, // the host's
    receiving: [{ receiving: { audit: '2h', heartbeat: '1m', mostOpen: 5 } }, []],
    retention: [{ retention: { ledger: '1d', outbox: '1d' } }, []],
    plugins: [{ plugins: ['@acme/not-installed'] }, []],
    flows: [{ flows: { 'in-memory': { receive: { transport: 'memory', auth: 'password', authOptions: { username: 'x' } }, send: { transport: 'memory', auth: 'password', authOptions: { username: 'x' } } } } }, ['sales', 'support', 'billing']],
    defaults: [{ defaults: { backlog: 'everything', onAck: 'mark-read' } }, []],
    mailboxes: [{ mailboxes: [mailbox('sales', { username: 'another' }), ...THREE.slice(1)] }, ['sales']],
  };

  it('is accounted for', () => {
    expect(Object.keys(SECTIONS).toSorted()).toEqual(Object.keys((configJsonSchema() as { properties: object }).properties).toSorted());
  });

  it.each(Object.entries(SECTIONS).flatMap(([section, entry]) => (entry ? [[section, ...entry] as const] : [])))('opens anew what it concerns: %s', async (_section, sections, reopened) => {
    await using world = await openWorld();
    await world.update(sections);
    await active(world.router, 3);
    expect(world.opened().filter((line) => line.startsWith('-'))).toEqual(reopened.map((id) => `-${id}@b.c`).toSorted());
  });
});
