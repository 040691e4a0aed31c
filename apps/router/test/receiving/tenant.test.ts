import { collectBytes } from '@signalbox/kit';
import { describe, expect, it } from 'vitest';
import { sorted, subjects } from './memory-world.ts';
import { openTenant } from './tenant-world.ts';

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const AT = new Date('2026-11-25T10:00:00Z');

describe.each(['imap', 'graph'] as const)('through %s', (door) => {
  it('delivers what comes, and leaves it unread, whatever is read of it', async () => {
    await using world = await openTenant(door);
    await world.connected();
    const message = world.arrive('one');
    const [delivery] = await world.take(1);
    const source = await delivery!.raw();
    expect((await collectBytes(source.bytes)).toString()).toContain('Subject: one');
    await delivery!.header();
    await delivery!.attachments();
    expect(world.account.byNumber(message.number)).toMatchObject({ isRead: false });
  });

  it('delivers both of what the server has delivered twice: 2, marked', async () => {
    await using world = await openTenant(door);
    await world.connected();
    world.arrive('one', { at: AT });
    const [first] = await world.take(1);
    world.arrive('one', { at: new Date(AT.getTime() + 1000) });
    expect(await world.take(1)).toMatchObject([{ subject: 'one', sameMessageIdAs: first?.id }]);
  });

  it('goes on under another address of the mailbox: nothing twice, and nothing lost', async () => {
    await using world = await openTenant(door, { fill: ({ tenant, account }) => tenant.store.fill(account, { count: 50 }) });
    await world.connected();
    const [closed, open] = [world.arrive('closed', { at: AT }), world.arrive('open', { at: AT })];
    const taken = await world.take(2, { ack: false });
    const inHand = taken.find(({ subject }) => subject === 'open')!;
    await taken.find(({ subject }) => subject === 'closed')!.ack();
    await inHand.nack({ delayMs: 0 });
    await world.stop();
    world.arrive('in between');
    await world.rename('verkauf@contoso.test');
    const after = await world.take(2, { quietMs: 1_500 });
    expect(sorted(after)).toEqual(['in between', 'open']);
    expect(after.find(({ subject }) => subject === 'open')?.id).toBe(inHand.id);
    // Another mailbox might have been behind it.
    expect(world.events).toContainEqual(expect.objectContaining({ type: 'gap-found', reason: 'another-door' }));
    world.arrive('later');
    expect(subjects(await world.take(1, { quietMs: 1_000 }))).toEqual(['later']);
    expect([closed, open].map(({ number }) => world.account.byNumber(number)?.isRead)).toEqual([false, false]);
  });

  it('opens anew what is active and silent, while its connection stays, and delivers what came meanwhile', async () => {
    // A sign of life comes with each look, which is sooner than anybody would give up a command or a request.
    await using world = await openTenant(door, { settings: { heartbeatMs: 2_000 }, ofImap: ', idleRenewMs: 500' });
    await world.connected();
    world.arrive('before');
    expect(subjects(await world.take(1))).toEqual(['before']);
    const silence = door === 'imap' ? world.tenant.faults.set('imap.hang', { mailbox: world.account.address }) : world.tenant.faults.set('http.slow', { ms: 600_000, path: 'delta', mailbox: world.account.address });
    world.arrive('unheard');
    await world.seen('mailbox-silent');
    expect((await world.receiver.status())[0]).toMatchObject({ state: 'retrying', error: { code: 'timeout' } });
    silence[Symbol.dispose]();
    expect(subjects(await world.take(1))).toEqual(['unheard']);
    expect((await world.receiver.status())[0]).toMatchObject({ state: 'active' });
  });
});

describe('through IMAP', () => {
  it('delivers nothing of 40,000 old messages that are numbered anew, and what came meanwhile: 4', async () => {
    await using world = await openTenant('imap', { fill: ({ tenant, account }) => tenant.store.fill(account, { count: 40_000 }) });
    await world.connected();
    await world.restart();
    await world.seen('mailbox-active', 2);
    const old = world.account.append('archive', { source: world.arrive('moved in', { folder: 'archive' }).source, arrivedAt: new Date('2020-01-01T00:00:00Z') });
    world.account.rollUidValidity('inbox');
    for (const subject of ['one', 'two', 'three']) world.arrive(subject);
    world.account.move(old, 'inbox');
    await world.seen('gap-closed');
    expect(sorted(await world.take(4, { quietMs: 1000 }))).toEqual(['moved in', 'one', 'three', 'two']);
    expect(world.events).toContainEqual(expect.objectContaining({ type: 'gap-closed', delivered: 4 }));
  }, 120_000);

  it('delivers nothing when a folder is numbered anew in which nothing else has changed: 0', async () => {
    await using world = await openTenant('imap', { fill: ({ tenant, account }) => tenant.store.fill(account, { count: 300 }) });
    await world.connected();
    world.account.rollUidValidity('inbox');
    await world.seen('gap-closed');
    expect(world.events).toContainEqual(expect.objectContaining({ type: 'gap-closed', delivered: 0 }));
    expect(await world.take(1, { timeoutMs: 500 })).toEqual([]);
  });

  it('loses nothing when the folder is restored from a backup', async () => {
    await using world = await openTenant('imap');
    await world.connected();
    world.arrive('one', { at: AT });
    world.arrive('lost by the restore', { at: AT });
    await world.take(2);
    await world.stop();
    world.account.rewindUidNext('inbox');
    await world.restart();
    await world.seen('gap-closed');
    world.arrive('in its place');
    expect(subjects(await world.take(1))).toEqual(['in its place']);
  });

  it('loses nothing either when the UID was given out again before anybody looked: the audit finds it', async () => {
    await using world = await openTenant('imap', { settings: { auditMs: 1_000 } });
    await world.connected();
    world.arrive('one', { at: AT });
    world.arrive('lost by the restore', { at: AT });
    await world.take(2);
    await world.stop();
    world.account.rewindUidNext('inbox');
    world.arrive('in its place');
    await world.restart();
    expect(subjects(await world.take(1))).toEqual(['in its place']);
  });

  it('hands over, marks and moves nothing that has got the UID of another since', async () => {
    await using world = await openTenant('imap', { settings: { auditMs: 1_000 } });
    await world.connected();
    const lost = world.arrive('lost by the restore', { at: AT });
    const [delivery] = await world.take(1, { ack: false });
    world.account.rewindUidNext('inbox');
    const other = world.arrive('in its place', { at: AT });
    expect(other.uid).toBe(lost.uid);
    const gone = { code: 'message.not-found' };
    await expect(delivery!.raw()).rejects.toMatchObject(gone);
    await expect(delivery!.mark({ add: ['$seen'] })).rejects.toMatchObject(gone);
    await expect(delivery!.move({ role: 'archive' })).rejects.toMatchObject(gone);
    const [left, ...more] = world.account.folder('inbox')!.messages;
    expect([left?.number, left?.isRead, more]).toEqual([other.number, false, []]);
  });

  it('delivers what one answer left out', async () => {
    await using world = await openTenant('imap');
    await world.connected();
    const first = world.arrive('one');
    await world.take(1);
    using _fault = world.tenant.faults.set('imap.omit-uid', { mailbox: world.account.address, folder: 'inbox', uid: first.uid + 1 }, { times: 1 });
    world.arrive('left out');
    world.arrive('shown');
    expect(sorted(await world.take(2))).toEqual(['left out', 'shown']);
  });

  it('knows what was moved out and back, and delivers a copy', async () => {
    await using world = await openTenant('imap');
    await world.connected();
    const message = world.arrive('one', { at: AT });
    const [first] = await world.take(1);
    const away = world.account.move(message, 'archive');
    await pause(300);
    const back = world.account.move(away, 'inbox');
    expect(await world.take(1, { timeoutMs: 1000 })).toEqual([]);
    world.account.copy(back, 'inbox');
    expect(await world.take(1)).toMatchObject([{ subject: 'one', sameMessageIdAs: first?.id }]);
  });
});

describe('through Graph', () => {
  it('knows what was moved out and back, and delivers a copy', async () => {
    await using world = await openTenant('graph');
    await world.connected();
    const message = world.arrive('one', { at: AT });
    const [first] = await world.take(1);
    const away = world.account.move(message, 'archive');
    await world.swept();
    const back = world.account.move(away, 'inbox');
    expect(await world.take(1, { timeoutMs: 1000 })).toEqual([]);
    world.account.copy(back, 'inbox');
    expect(await world.take(1)).toMatchObject([{ subject: 'one', sameMessageIdAs: first?.id }]);
  });

  it('delivers within one audit interval what was moved out and back between two sweeps', async () => {
    await using world = await openTenant('graph', { settings: { auditMs: 2_000 } });
    await world.connected();
    await world.swept();
    const message = world.arrive('unseen', { at: AT });
    const away = world.account.move(message, 'archive');
    await world.swept();
    const began = Date.now();
    world.account.move(away, 'inbox');
    expect(subjects(await world.take(1))).toEqual(['unseen']);
    expect(Date.now() - began).toBeLessThan(4_000);
  });

  it('audits in time also where it is started again more often than that', async () => {
    await using world = await openTenant('graph', { settings: { auditMs: 3_000 } });
    await world.connected();
    await world.swept();
    const message = world.arrive('unseen', { at: AT });
    const away = world.account.move(message, 'archive');
    await world.swept();
    world.account.move(away, 'inbox');
    for (let times = 0; times < 3; times += 1) {
      await pause(1_000);
      await world.restart();
    }
    expect(subjects(await world.take(1, { timeoutMs: 1_200 }))).toEqual(['unseen']);
  });

  it('goes on from a position that is gone without delivering anything twice', async () => {
    await using world = await openTenant('graph', { fill: ({ tenant, account }) => tenant.store.fill(account, { count: 300 }) });
    await world.connected();
    world.arrive('before');
    await world.take(1);
    using _fault = world.tenant.faults.set('graph.delta-gone', { mailbox: world.account.address }, { times: 1 });
    world.arrive('after');
    expect(subjects(await world.take(1, { quietMs: 1000 }))).toEqual(['after']);
    await world.seen('gap-closed');
  });
});

describe('through one door after another', () => {
  it('delivers mail without an id once, and what came in between', async () => {
    await using world = await openTenant('imap', { fill: ({ tenant, account }) => tenant.store.fill(account, { count: 100 }) });
    await world.connected();
    world.arrive('bare', { id: '' });
    world.arrive('named');
    await world.take(2);
    await world.stop();
    world.arrive('in between');
    await world.turnTo('graph');
    expect(subjects(await world.take(1, { quietMs: 1500 }))).toEqual(['in between']);
    expect(world.events).toContainEqual(expect.objectContaining({ type: 'gap-found', reason: 'another-door' }));
  });

  it('delivers mail once whose id the other door rewrites', async () => {
    await using world = await openTenant('imap');
    await world.connected();
    for (const subject of ['one', 'two', 'three']) world.arrive(subject);
    await world.take(3);
    using _fault = world.tenant.faults.set('door.message-id', { door: 'graph', as: 'rewritten' });
    await world.turnTo('graph');
    await world.seen('gap-closed');
    world.arrive('four');
    expect(subjects(await world.take(1, { quietMs: 1000 }))).toEqual(['four']);
  });

  it('delivers two alerts that differ in nothing but their ids', async () => {
    await using world = await openTenant('imap');
    await world.connected();
    world.arrive('alert', { id: 'first@robot', at: AT });
    await world.take(1);
    await world.stop();
    world.arrive('alert', { id: 'second@robot', at: AT });
    await world.turnTo('graph');
    expect(await world.take(1)).toMatchObject([{ messageId: 'second@robot' }]);
  });
});
