import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { collectBytes } from '@signalbox/kit';
import { describe, expect, it } from 'vitest';
import { letter, mailbox, openMemory, put, sorted, subjects } from './memory-world.ts';

describe('receiving', () => {
  it('delivers what comes from now on, in order, once, and nothing of what was there', async () => {
    await using world = await openMemory(mailbox('a'), { fill: (server) => ['old', 'older'].forEach((subject) => put(server, subject)) });
    await world.seen('mailbox-active');
    world.deliver('one');
    world.deliver('two');
    expect(await world.take(2)).toMatchObject([
      { subject: 'one', mailbox: 'a', sequence: 1, attempt: 1, messageId: 'one@example.org', from: ['ada@example.org'], kind: 'message' },
      { subject: 'two', sequence: 2 },
    ]);
    await world.restart();
    world.deliver('three');
    expect(subjects(await world.take(1))).toEqual(['three']);
    expect(await world.receiver.status()).toMatchObject([{ mailbox: 'a', state: 'active', openDeliveries: 0, completeUpTo: expect.any(Date) }]);
  });

  it.each([
    ['everything', ['old', 'read']],
    ['unread', ['old']],
    ['{ since: 2026-11-20 }', ['read']],
    ['from-now', []],
  ])('delivers of what was there what the backlog "%s" asks for, and counts it before', async (backlog, expected) => {
    const fill = (server: Parameters<typeof put>[0]): void => {
      put(server, 'old', { at: new Date('2026-11-19T00:00:00Z') });
      server.deliver('a@b.c', { raw: letter('read'), receivedAt: new Date('2026-11-21T00:00:00Z'), keywords: ['$seen'] });
    };
    await using world = await openMemory(mailbox('a', ', backlog: from-now'), { fill });
    await world.seen('mailbox-active');
    await using other = await openMemory(mailbox('a', `, backlog: ${backlog}`), { fill });
    const [counted] = await other.receiver.backlog('a');
    expect(sorted(await other.take(expected.length, { timeoutMs: expected.length === 0 ? 500 : 3000 }))).toEqual(expected);
    expect(counted?.connected === true || counted?.count === expected.length).toBe(true);
    other.deliver('later', { at: new Date('2020-01-01T00:00:00Z') });
    expect(subjects(await other.take(1))).toEqual(['later']);
  });

  it('delivers again under the same id what was not acknowledged before a restart', async () => {
    await using world = await openMemory(mailbox('a'));
    await world.seen('mailbox-active');
    world.deliver('one');
    const [first] = await world.take(1, { ack: false });
    await world.restart();
    const [second] = await world.take(1);
    expect(second).toMatchObject({ id: first?.id, attempt: 2 });
  });

  it('leaves a delivery with whoever extends it, and with nobody for longer', async () => {
    await using world = await openMemory(mailbox('a'), { settings: { visibilityMs: 400 } });
    await world.seen('mailbox-active');
    world.deliver('one');
    const over = new AbortController();
    const handed: number[] = [];
    let gained = 0;
    for await (const delivery of world.receiver.deliveries({ signal: over.signal })) {
      handed.push(delivery.attempt);
      if (delivery.attempt > 1) {
        await delivery.ack();
        over.abort();
      } else {
        const before = delivery.visibleUntil;
        const until = await delivery.extend(2_000);
        gained = until === delivery.visibleUntil ? until.getTime() - before.getTime() : 0;
        setTimeout(() => handed.push(0), 1_200); // the loop goes on meanwhile
      }
    }
    expect([handed, gained > 1_000]).toEqual([[1, 0, 2], true]);
  });

  it('buries what is refused again and again, without holding up the rest, and replays it', async () => {
    await using world = await openMemory(mailbox('a'), { settings: { maxAttempts: 2 } });
    await world.seen('mailbox-active');
    world.server.deliver('a@b.c', { raw: Buffer.from('\u0000 this is no mail at all') });
    world.deliver('good');
    const handed: (string | undefined)[] = [];
    const over = new AbortController();
    for await (const delivery of world.receiver.deliveries({ signal: over.signal })) {
      handed.push(delivery.subject);
      if (delivery.subject === 'good') await delivery.ack();
      else await delivery.nack({ delayMs: 0, reason: 'cannot be read' });
      if (handed.length === 3) setTimeout(() => over.abort(), 300);
    }
    expect(handed.filter((subject) => subject === 'good')).toHaveLength(1);
    expect(handed).toHaveLength(3);
    await world.seen('delivery-dead');
    const [dead] = await world.store.deliveries.list({ state: 'dead', limit: 10 });
    expect(dead).toMatchObject({ error: 'cannot be read', attempts: 2 });
    await world.receiver.replay(dead?.id ?? '');
    expect((await world.take(1)).map(({ id }) => id)).toEqual([dead?.id]);
  });

  it('gives back what a consumer that leaves was not shown', async () => {
    await using world = await openMemory(mailbox('a'));
    await world.seen('mailbox-active');
    for (const subject of ['one', 'two', 'three']) world.deliver(subject);
    await world.seen('deliveries-recorded');
    await new Promise((resolve) => setTimeout(resolve, 200));
    for await (const delivery of world.receiver.deliveries()) {
      await delivery.ack();
      break;
    }
    expect(await world.take(2)).toMatchObject([{ subject: 'two', attempt: 1 }, { subject: 'three', attempt: 1 }]);
  });

  it('keeps the other mailboxes going when one is broken, and says what is wrong with it', async () => {
    const lines = `${mailbox('a')}${mailbox('b').replace('PASSWORD', 'WRONG')}  - { id: c, address: c@b.c, receive: nowhere }\n`;
    await using world = await openMemory(lines);
    await world.seen('mailbox-failed');
    await world.seen('mailbox-active');
    world.deliver('one');
    expect(subjects(await world.take(1))).toEqual(['one']);
    expect(await world.receiver.status()).toMatchObject([
      { mailbox: 'a', state: 'active' },
      { mailbox: 'b', state: 'retrying', error: { code: 'auth.rejected', remedy: { who: 'operator' } }, folders: [{ retryAt: expect.any(Date) }] },
      { mailbox: 'c', state: 'broken' },
    ]);
  });

  it('hands over in turn, so that what one mailbox has waiting delays no other', async () => {
    const mailboxes = ['a', 'b', 'c', 'd', 'e', 'f'];
    await using world = await openMemory(mailboxes.map((id) => mailbox(id)).join(''));
    await world.connected();
    for (const id of mailboxes) for (let index = 0; index < 20; index += 1) put(world.server, `${id}${index}`, { to: id });
    await expect.poll(async () => (await world.receiver.status()).map(({ openDeliveries }) => openDeliveries)).toEqual(mailboxes.map(() => 20));
    const handed: string[] = [];
    for await (const delivery of world.receiver.deliveries({ concurrency: 1 })) {
      handed.push(delivery.mailbox);
      await delivery.ack();
      if (handed.length === 18) break;
    }
    expect(mailboxes.map((id) => handed.filter((mailbox) => mailbox === id).length)).toEqual([3, 3, 3, 3, 3, 3]);
  });

  it('reads on only as far as the consumer has caught up', async () => {
    await using world = await openMemory(mailbox('a'), { settings: { mostOpen: 20 } });
    await world.seen('mailbox-active');
    for (let index = 0; index < 100; index += 1) world.deliver(`m${index}`);
    const openDeliveries = async (): Promise<number> => (await world.receiver.status())[0]?.openDeliveries ?? 0;
    await expect.poll(openDeliveries).toBeGreaterThanOrEqual(20);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await openDeliveries()).toBeLessThanOrEqual(30); // a batch of ten is recorded whole
    expect(await world.take(100, { quietMs: 500 })).toHaveLength(100);
  });

  it('opens anew what is active and silent', async () => {
    await using world = await openMemory(mailbox('a'), { settings: { heartbeatMs: 200 } });
    await world.seen('mailbox-active');
    world.server.faults.hanging = new Promise(() => {});
    const began = Date.now();
    world.deliver('unheard');
    await world.seen('mailbox-silent');
    expect(Date.now() - began).toBeLessThan(2 * 200 + 150);
    world.server.faults.hanging = undefined;
    expect(subjects(await world.take(1))).toEqual(['unheard']);
  });

  it('is one router’s at a time, and goes on in another one when that one ends', async () => {
    await using world = await openMemory(mailbox('a'));
    await world.seen('mailbox-active');
    await using other = await world.another();
    world.deliver('one');
    expect(subjects(await world.take(1))).toEqual(['one']);
    expect(await other.receiver.status()).toMatchObject([{ mailbox: 'a', state: 'elsewhere' }]);
    await world.stop();
    world.deliver('two');
    for await (const delivery of other.receiver.deliveries({ signal: AbortSignal.timeout(15_000) })) {
      expect(delivery).toMatchObject({ subject: 'two', sequence: 2 });
      await delivery.ack();
      break;
    }
    expect(await other.receiver.status()).toMatchObject([{ mailbox: 'a', state: 'active' }]);
  });

  it('rests while the mailbox is paused, and goes on where it was', async () => {
    await using world = await openMemory(mailbox('a'));
    await world.seen('mailbox-active');
    await world.store.mailboxes.pause('a');
    const stateOf = async (): Promise<string | undefined> => (await world.receiver.status())[0]?.state;
    for (const end = Date.now() + 10_000; (await stateOf()) !== 'paused' && Date.now() < end; ) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await stateOf()).toBe('paused');
    expect(await world.store.leases.list()).toMatchObject([{ mailbox: 'a', until: 0 }]);
    world.deliver('meanwhile');
    expect(await world.take(1, { timeoutMs: 700 })).toEqual([]);
    await world.store.mailboxes.resume('a');
    expect(subjects(await world.take(1))).toEqual(['meanwhile']);
  });

  it('has another epoch with every start', async () => {
    await using world = await openMemory(mailbox('a'));
    await world.seen('mailbox-active');
    const lease = (await world.store.leases.list())[0];
    expect(lease).toMatchObject({ mailbox: 'a', direction: 'receive', epoch: 1 });
    expect(await world.store.leases.acquire('a', 'receive', 'another')).toBeUndefined();
    await world.restart();
    await world.seen('mailbox-active', 2);
    expect((await world.store.leases.list())[0]).toMatchObject({ epoch: 2 });
  });
});

describe('the store of a router', () => {
  it('holds nothing readable of a message, open or closed', async () => {
    await using world = await openMemory(mailbox('a', ', onAck: mark-read'));
    await world.seen('mailbox-active');
    world.deliver('canary-subject', { id: 'canary-id@example.org' });
    const [delivery] = await world.take(1, { ack: false });
    const look = async (): Promise<void> => {
      const files = (await readdir(world.directory, { recursive: true })).filter((name) => name.includes('signalbox.db'));
      expect(files.length).toBeGreaterThan(0);
      for (const name of files) {
        const text = (await readFile(join(world.directory, name))).toString('latin1');
        for (const canary of ['canary-subject', 'canary-id', 'ada@example.org']) expect(text.includes(canary)).toBe(false);
      }
    };
    await look();
    await delivery!.ack();
    await look();
    expect(JSON.stringify(world.logged)).not.toMatch(/canary|ada@/);
  });
});

describe('the message of a delivery', () => {
  it('is read where it lies, without being marked, and is not found once it is gone', async () => {
    await using world = await openMemory(mailbox('a'));
    await world.seen('mailbox-active');
    world.deliver('one');
    const [delivery] = await world.take(1, { ack: false });
    const source = await delivery!.raw();
    expect((await collectBytes(source.bytes)).toString()).toBe(letter('one').toString());
    expect(await delivery!.header()).toEqual({ kind: 'message' });
    expect(await delivery!.attachments()).toEqual([]);
    const inbox = world.server.mailbox('a@b.c')!.folder('inbox');
    expect([...inbox.messages[0]!.keywords]).toEqual([]);
    inbox.remove(inbox.messages[0]!.key);
    await expect(delivery!.raw()).rejects.toMatchObject({ code: 'message.not-found' });
    await delivery!.ack();
    expect(await world.receiver.status()).toMatchObject([{ openDeliveries: 0 }]);
  });

  it('is not taken for another with its id that came in the same second', async () => {
    await using world = await openMemory(mailbox('a'));
    await world.seen('mailbox-active');
    const at = new Date('2026-11-25T10:00:00Z');
    world.deliver('first', { id: 'robot@example.org', at });
    world.deliver('second', { id: 'robot@example.org', at });
    const [first, second] = await world.take(2, { ack: false });
    const inbox = world.server.mailbox('a@b.c')!.folder('inbox');
    inbox.remove(inbox.messages[1]!.key);
    await expect(second!.raw()).rejects.toMatchObject({ code: 'message.not-found' });
    await world.receiver.move(first!.id, { role: 'junk' });
    await expect(second!.move({ role: 'archive' })).rejects.toMatchObject({ code: 'message.not-found' });
  });

  it('is found again by its id where somebody has moved it, and marked and moved there', async () => {
    await using world = await openMemory(mailbox('a'));
    await world.seen('mailbox-active');
    world.deliver('one');
    const [delivery] = await world.take(1, { ack: false });
    const account = world.server.mailbox('a@b.c')!;
    const [{ key, raw, receivedAt } = { key: '', raw: letter('one'), receivedAt: new Date() }] = account.folder('inbox').messages;
    account.folder('inbox').remove(key);
    account.folder('archive').add({ raw, receivedAt, keywords: new Set() });
    await delivery!.mark({ add: ['$flagged'] });
    expect([...account.folder('archive').messages[0]!.keywords]).toEqual(['$flagged']);
    await world.receiver.move(delivery!.id, { role: 'junk' });
    expect(account.folder('junk').messages).toHaveLength(1);
    expect(await world.receiver.unread('a')).toBe(0);
    const source = await delivery!.raw();
    expect((await collectBytes(source.bytes)).toString()).toContain('Subject: one');
  });

  it.each([
    ['mark-read', (account: { folder(role: 'inbox'): { messages: readonly { keywords: ReadonlySet<string> }[] } }) => account.folder('inbox').messages[0]?.keywords.has('$seen') === true],
    ['{ move: archive }', (account: { folder(role: 'archive'): { messages: readonly unknown[] } }) => account.folder('archive').messages.length === 1],
  ])('is treated as "onAck: %s" says once it is acknowledged, also after an outage', async (onAck, isDone) => {
    await using world = await openMemory(mailbox('a', `, onAck: ${onAck}`));
    await world.seen('mailbox-active');
    world.deliver('one');
    const [delivery] = await world.take(1, { ack: false });
    const account = world.server.mailbox('a@b.c')!;
    world.server.faults.throttled = true;
    await delivery!.ack();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(isDone(account)).toBe(false);
    world.server.faults.throttled = false;
    await world.restart();
    const end = Date.now() + 10_000;
    while (!isDone(account) && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(isDone(account)).toBe(true);
    expect(await world.take(1, { timeoutMs: 500 })).toEqual([]);
  });
});
