import { collectBytes } from '@signalbox/kit';
import { describe, expect, it } from 'vitest';
import { letter, mailbox, type MemoryWorld, openMemory, sorted, subjects } from './memory-world.ts';

const AT = new Date('2026-11-25T10:00:00Z');
const later = (ms: number): Date => new Date(AT.getTime() + ms);

async function opened(more = ''): Promise<MemoryWorld> {
  const world = await openMemory(mailbox('a', more));
  await world.seen('mailbox-active');
  return world;
}

describe('each message object is delivered once', () => {
  it('two different mails with one id, a second apart: 2', async () => {
    await using world = await opened();
    world.deliver('first', { id: 'same@robot', at: AT });
    world.deliver('second', { id: 'same@robot', at: later(1000) });
    expect(subjects(await world.take(2))).toEqual(['first', 'second']);
  });

  it('two of them, the first of which was moved away when the second came: 2', async () => {
    await using world = await opened(', onAck: { move: archive }');
    world.deliver('first', { id: 'same@robot', at: AT });
    await world.take(1);
    const account = world.server.mailbox('a@b.c')!;
    await expect.poll(() => account.folder('archive').messages.length).toBe(1);
    world.deliver('first', { id: 'same@robot', at: later(1000) });
    expect(await world.take(1)).toHaveLength(1);
  });

  it('one through a list and directly, in one second: 2, marked', async () => {
    await using world = await opened();
    world.deliver('news', { at: AT });
    world.deliver('news', { at: AT });
    const [first, second] = await world.take(2);
    expect(second).toMatchObject({ sameMessageIdAs: first?.id });
  });

  it('the same, a day apart: 2, marked', async () => {
    await using world = await opened();
    world.deliver('news', { at: AT });
    const [first] = await world.take(1);
    world.deliver('news', { at: later(86_400_000) });
    expect(await world.take(1)).toMatchObject([{ sameMessageIdAs: first?.id }]);
  });

  it('a copy that a person makes in the folder: 2, marked', async () => {
    await using world = await opened();
    world.deliver('one', { at: AT });
    const [first] = await world.take(1);
    world.deliver('one', { at: AT });
    expect(await world.take(1)).toMatchObject([{ sameMessageIdAs: first?.id }]);
  });

  it('moved out and back again: 1', async () => {
    await using world = await opened();
    world.deliver('one', { at: AT });
    await world.take(1);
    const inbox = world.server.mailbox('a@b.c')!.folder('inbox');
    const since = world.swept();
    inbox.remove(inbox.messages[0]!.key);
    await since;
    inbox.add({ raw: letter('one'), receivedAt: AT, keywords: new Set() });
    expect(await world.take(1, { timeoutMs: 700 })).toEqual([]);
  });

  it('two without an id that differ in their texts alone, one moved out and back while the other is copied: 3', async () => {
    await using world = await opened();
    const alert = (text: string): Buffer => Buffer.from(`From: disk@example.org\r\nDate: Wed, 25 Nov 2026 10:00:00 +0000\r\nSubject: alert\r\n\r\n${text}\r\n`);
    const texts = async (count: number): Promise<string[]> => {
      const taken = await world.take(count, { ack: false });
      const read = await Promise.all(taken.map(async (delivery) => Buffer.from(await collectBytes((await delivery.raw()).bytes)).toString().trim().split('\r\n').at(-1) ?? ''));
      await Promise.all(taken.map((delivery) => delivery.ack()));
      return read.sort();
    };
    const inbox = world.server.mailbox('a@b.c')!.folder('inbox');
    const put = (text: string): void => void inbox.add({ raw: alert(text), receivedAt: AT, keywords: new Set() });
    put('full');
    put('lost');
    expect(await texts(2)).toEqual(['full', 'lost']);
    const since = world.swept();
    inbox.remove(inbox.messages[0]!.key);
    await since;
    put('lost'); // copied
    put('full'); // back
    expect(await texts(1)).toEqual(['lost']);
  });

  it('something of the baseline, moved out and back again: 0', async () => {
    await using world = await openMemory(mailbox('a'), { fill: (server) => server.deliver('a@b.c', { raw: letter('old'), receivedAt: AT }) });
    await world.connected();
    const inbox = world.server.mailbox('a@b.c')!.folder('inbox');
    inbox.remove(inbox.messages[0]!.key);
    inbox.add({ raw: letter('old'), receivedAt: AT, keywords: new Set() });
    expect(await world.take(1, { timeoutMs: 700 })).toEqual([]);
  });

  it('one that an answer leaves out once: 1', async () => {
    await using world = await opened();
    world.server.mailbox('a@b.c')!.hidden.add('late');
    world.deliver('late', { at: AT });
    world.deliver('other', { at: AT });
    expect(sorted(await world.take(2))).toEqual(['late', 'other']);
  });

  it('a position that is void: what came meanwhile, and a gap is told', async () => {
    await using world = await openMemory(mailbox('a'), { fill: (server) => server.deliver('a@b.c', { raw: letter('old'), receivedAt: AT }) });
    await world.connected();
    world.deliver('one');
    await world.take(1);
    world.server.mailbox('a@b.c')!.folder('inbox').epoch += 1;
    world.deliver('two');
    expect(subjects(await world.take(1))).toEqual(['two']);
    await world.seen('gap-closed');
    expect(world.events).toContainEqual(expect.objectContaining({ type: 'gap-found', reason: 'cursor-lost', folder: 'inbox', since: expect.any(Date) }));
    expect(world.events).toContainEqual(expect.objectContaining({ type: 'gap-closed', delivered: 1 }));
  });
});
