import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { defineTransport, MailError, type MessageSummary, type Receive, type TransportPlugin } from '@signalbox/core';
import { plugin as entra } from '@signalbox/auth-entra';
import { plugin as password } from '@signalbox/auth-password';
import { plugin as imap } from '@signalbox/transport-imap';
import { describe, expect, it } from 'vitest';
import { subjects } from './memory-world.ts';
import { openTenant, type TenantWorld } from './tenant-world.ts';
import type { ReceivingWorld } from './world.ts';

const DAY = 86_400_000;
const AT = new Date('2026-11-25T10:00:00Z');
const settings = { auditMs: 1_000 };

/** Whether the places of each delivery are believed to be empty, by subject as it was taken. */
async function goneOf({ store }: ReceivingWorld, deliveries: readonly { readonly id: string; readonly subject?: string }[]): Promise<Readonly<Record<string, readonly boolean[]>>> {
  return Object.fromEntries(await Promise.all(deliveries.map(async ({ id, subject = '' }) => [subject, (await store.deliveries.refs(id)).map(({ gone }) => gone)] as const)));
}

/** Until two audits have ended that began after this call. */
async function audited(world: ReceivingWorld): Promise<void> {
  await world.seen('audit-finished', world.events.filter(({ type }) => type === 'audit-finished').length + 2);
}

/** What a router would let go so many days from now. */
async function droppedAfter({ directory, store }: ReceivingWorld, days: number): Promise<number> {
  const database = new DatabaseSync(join(directory, 'data', 'signalbox.db'));
  database.exec(`update delivery set closed_at = closed_at - ${days * DAY}; update ref set gone_at = gone_at - ${days * DAY}`);
  database.close();
  return (await store.retention.sweep({ ledgerMs: 30 * DAY }, async () => {})).deliveries;
}

/** IMAP, but for how it lists. */
const listing = (list: (receive: Receive, request: Parameters<Receive['list']>[0]) => AsyncIterable<MessageSummary>): TransportPlugin =>
  defineTransport({
    ...imap,
    async open(context, options) {
      const transport = await imap.open(context, options);
      const { receive } = transport;
      return receive ? Object.create(transport, { receive: { value: { ...receive, list: (request: Parameters<Receive['list']>[0]) => list(receive, request) } } }) : transport;
    },
  });

async function half(receive: Receive, request: Parameters<Receive['list']>[0]): Promise<MessageSummary[]> {
  const all: MessageSummary[] = [];
  for await (const message of receive.list(request)) all.push(message);
  return all.slice(0, Math.ceil(all.length / 2));
}

const openListing = (plugin: TransportPlugin): Promise<TenantWorld> => openTenant('imap', { settings, plugins: [plugin, entra, password] });

describe('a closed delivery', () => {
  it('leaves thirty days after an audit has found its message gone, where the server does not tell of it', async () => {
    await using world = await openTenant('imap', { settings });
    await world.connected();
    const [stays, goes] = [world.arrive('stays'), world.arrive('goes')];
    const taken = await world.take(2);
    world.account.remove(goes, 'recoverable');
    await audited(world);
    expect(await goneOf(world, taken)).toEqual({ stays: [false], goes: [true] });
    expect(world.logged).toContainEqual(expect.objectContaining({ event: 'receive.audit-gone', fields: expect.objectContaining({ gone: 1 }) as unknown }));
    await world.stop();
    expect([await droppedAfter(world, 29), await droppedAfter(world, 2)]).toEqual([0, 1]);
    expect(await goneOf(world, taken)).toEqual({ stays: [false], goes: [] });
    expect(world.account.byNumber(stays.number)).toBeDefined();
  });

  it('leaves also where Graph has lost the position that would have told it', async () => {
    await using world = await openTenant('graph', { settings });
    await world.connected();
    const goes = world.arrive('goes');
    const taken = await world.take(1);
    await world.stop();
    world.account.remove(goes, 'purges');
    using _fault = world.tenant.faults.set('graph.delta-gone', { mailbox: world.account.address }, { times: 1 });
    await world.restart();
    await world.seen('gap-closed');
    await audited(world);
    expect(await goneOf(world, taken)).toEqual({ goes: [true] });
    await world.stop();
    expect(await droppedAfter(world, 31)).toBe(1);
  });

  it.each(['imap', 'graph'] as const)('stays one when its message comes back after an audit has missed it, through %s', async (door) => {
    await using world = await openTenant(door, { settings });
    await world.connected();
    const message = world.arrive('one', { at: AT });
    const taken = await world.take(1);
    const away = world.account.move(message, 'archive');
    await audited(world);
    expect(await goneOf(world, taken)).toEqual({ one: [true] });
    world.account.move(away, 'inbox');
    expect(await world.take(1, { timeoutMs: 1_500 })).toEqual([]);
    expect(await goneOf(world, taken)).toEqual({ one: [false] });
    await world.stop();
    expect(await droppedAfter(world, 31)).toBe(0);
  });
});

describe('an audit concludes nothing', () => {
  it('from a listing that a server cuts in half without saying so, nor of what is gone indeed', async () => {
    let isCut = true;
    await using world = await openListing(
      listing(async function* (receive, request) {
        if (isCut) yield* await half(receive, request);
        else yield* receive.list(request);
      }),
    );
    await world.connected();
    const [first] = ['one', 'two', 'three', 'four'].map((subject) => world.arrive(subject));
    const taken = await world.take(4);
    world.account.remove(first!, 'recoverable');
    await audited(world);
    expect(await goneOf(world, taken)).toEqual({ one: [false], two: [false], three: [false], four: [false] });
    expect(world.logged).toContainEqual({ level: 'warn', event: 'receive.audit-not-whole', fields: { mailbox: 'sales', folder: expect.any(String) as string, code: 'protocol.violation', unlisted: 1 } });
    isCut = false;
    await audited(world);
    expect(await goneOf(world, taken)).toEqual({ one: [true], two: [false], three: [false], four: [false] });
    expect(subjects(await world.take(1, { timeoutMs: 500 }))).toEqual([]);
  });

  it('from one that fails in the middle', async () => {
    let times = 0;
    await using world = await openListing(
      listing(async function* (receive, request) {
        yield* await half(receive, request);
        times += 1;
        throw new MailError('connection.lost', 'The server closed the connection.');
      }),
    );
    await world.connected();
    const messages = ['one', 'two'].map((subject) => world.arrive(subject));
    const taken = await world.take(2);
    world.account.remove(messages[0]!, 'recoverable');
    await expect.poll(() => times, { timeout: 20_000 }).toBeGreaterThan(1);
    expect(await goneOf(world, taken)).toEqual({ one: [false], two: [false] });
  });
});
