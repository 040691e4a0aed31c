import { setTimeout as pause } from 'node:timers/promises';
import { collectBytes } from '@signalbox/kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Holding } from '../../src/leases/leases.ts';
import type { OutboxClaim } from '../../src/outbox/claim.ts';
import type { NewEntry, Submitted } from '../../src/outbox/submit.ts';
import { backends } from '../backends.ts';
import { openOutboxWorld, type OutboxWorld } from '../outbox-world.ts';

const MAIL = { from: 'sales@example.com', subject: 'Canary subject', envelope: { mailFrom: 'sales@example.com', rcptTo: ['ada@example.org'] }, bcc: [] } as const;

describe.each(backends)('the outbox on $name', (backend) => {
  let world: OutboxWorld;
  beforeEach(async () => {
    world = await openOutboxWorld(backend);
    await world.addMailbox('sales');
  });
  afterEach(() => world[Symbol.asyncDispose]());

  let count = 0;
  async function submit(changes: Partial<NewEntry> = {}, octets: Uint8Array = Buffer.from('content'), digest = 'digest'): Promise<Submitted> {
    count += 1;
    const id = `entry-${count}`;
    const entry = { id, mailbox: 'sales', idempotencyKey: id, messageId: `${id}@example.com`, mail: MAIL, requestDigest: () => digest, ...changes };
    return world.outbox.submit(entry, (async function* pieces() { for (let at = 0; at < octets.byteLength; at += 100_000) yield octets.subarray(at, at + 100_000); })());
  }

  async function hold(owner = 'one', mailbox = 'sales'): Promise<Holding> {
    const holding = await world.leases.acquire(mailbox, 'send', owner);
    if (!holding) throw new Error('Somebody has it.');
    return holding;
  }

  const claim = (holding: Holding, limit = 10) => world.outbox.claim(holding, { limit, visibilityMs: 60_000 });

  async function claimOne(holding: Holding): Promise<OutboxClaim> {
    const [first] = await claim(holding);
    if (!first) throw new Error('Nothing is due.');
    return first;
  }

  const stateOf = async (id: string) => (await world.outbox.find(id))?.state;
  const eventsOf = async (id: string) => (await world.outbox.history(id)).map(({ what }) => what);
  const atWire = (one: OutboxClaim, staged = {}) => world.outbox.atWire(one, { route: { transport: 'memory', isProvable: true }, dispatchMs: 60_000, ...staged });

  it('tells of a record that does not open, and of the others as ever', async () => {
    const [damaged, whole] = [await submit(), await submit()];
    await world.database.db.updateTable('outbox').set({ sealed: Buffer.alloc(60).toString('base64') }).where('id', '=', damaged.entry.id).execute();
    const holding = await hold();
    const claims = await claim(holding);
    expect(claims.map(({ entry: { id, mail } }) => [id, mail])).toEqual([[damaged.entry.id, undefined], [whole.entry.id, MAIL]]);
    expect(claims[0]?.entry.unreadable).toMatchObject({ code: 'config.invalid', remedy: { who: 'operator' } });
    expect((await world.outbox.list()).map(({ unreadable }) => unreadable === undefined)).toEqual([true, false]);
    expect(await world.outbox.settle(claims[0]!, { event: 'held', failure: { class: 'person', code: 'config.invalid' } })).toBe('held');
    expect(await world.outbox.decide(damaged.entry.id, 'cancelled')).toMatchObject({ isDone: true, entry: { state: 'cancelled' } });
  });

  it('takes the word of a person for it that a staged mail has not left', async () => {
    const { entry } = await submit();
    const one = await claimOne(await hold());
    await atWire(one, { staged: { handle: {}, messageId: entry.messageId } });
    await world.outbox.settle(one, { event: 'held', mail: { ...MAIL, mayHaveLeft: true } });
    expect(await world.outbox.decide(entry.id, 'retried')).toMatchObject({ isDone: true, entry: { state: 'queued', mail: MAIL } });
    expect((await world.outbox.find(entry.id))?.mail).not.toHaveProperty('mayHaveLeft');
  });

  it('tells that content is not whole, instead of ending it early', async () => {
    const { entry } = await submit({}, Buffer.alloc(600_000));
    await world.database.db.deleteFrom('outbox_part').where('part', '=', 1).execute();
    await expect(collectBytes(world.outbox.content(entry.id, entry.size).open())).rejects.toMatchObject({ code: 'config.invalid', affects: 'item', retry: 'after-remedy' });
  });

  describe('submitting', () => {
    it('keeps what is to be sent, and its content octet by octet however large', async () => {
      const octets = Buffer.from(Array.from({ length: 700_001 }, (_, index) => (index * 7) % 256));
      const { entry, isNew } = await submit({}, octets);
      expect([isNew, entry.state, entry.size, entry.mail]).toEqual([true, 'queued', octets.byteLength, MAIL]);
      const content = world.outbox.content(entry.id, entry.size);
      expect(octets.equals(await collectBytes(content.open()))).toBe(true);
      expect(octets.equals(await collectBytes(content.open()))).toBe(true);
      expect(await world.count('outbox_part')).toBe(3);
    });

    it('is refused for a mailbox that is not there, and leaves nothing', async () => {
      await expect(submit({ mailbox: 'nobody' }, Buffer.alloc(600_000))).rejects.toMatchObject({ code: 'mailbox.unknown' });
      expect([await world.count('outbox'), await world.count('outbox_part')]).toEqual([0, 0]);
    });

    it('keeps empty content too', async () => {
      const { entry } = await submit({}, Buffer.alloc(0));
      expect(await collectBytes(world.outbox.content(entry.id, 0).open())).toHaveLength(0);
    });

    it('answers the entry there is to the same key with the same request, and keeps nothing of the second', async () => {
      const first = await submit({ idempotencyKey: 'order-7' });
      const second = await submit({ idempotencyKey: 'order-7' }, Buffer.alloc(600_000));
      expect([second.isNew, second.entry.id]).toEqual([false, first.entry.id]);
      expect([await world.count('outbox'), await world.count('outbox_part')]).toEqual([1, 1]);
    });

    it('refuses the same key for another request, naming no content', async () => {
      await submit({ idempotencyKey: 'order-7' });
      await expect(submit({ idempotencyKey: 'order-7' }, Buffer.from('other'), 'other')).rejects.toMatchObject({ code: 'config.invalid', affects: 'item', remedy: { who: 'operator' } });
      expect(await world.count('outbox')).toBe(1);
    });

    it('lets ten at once with one key become one entry', async () => {
      const all = await Promise.all(Array.from({ length: 10 }, () => submit({ idempotencyKey: 'same' }, Buffer.alloc(300_000))));
      expect(new Set(all.map(({ entry }) => entry.id)).size).toBe(1);
      expect([all.filter(({ isNew }) => isNew).length, await world.count('outbox_part')]).toEqual([1, 2]);
    });

    it('leaves nothing behind of content that cannot be read to its end', async () => {
      async function* broken() {
        yield Buffer.alloc(600_000);
        throw new Error('The file is gone.');
      }
      await expect(world.outbox.submit({ id: 'x', mailbox: 'sales', idempotencyKey: 'x', messageId: 'x@y', mail: MAIL, requestDigest: () => 'd' }, broken())).rejects.toThrow('The file is gone.');
      expect([await world.count('outbox'), await world.count('outbox_part')]).toEqual([0, 0]);
    });

    it('never shows content that is cut short as whole', async () => {
      const { entry } = await submit({}, Buffer.alloc(600_000));
      await world.database.db.deleteFrom('outbox_part').where('part', '=', 2).execute();
      await expect(collectBytes(world.outbox.content(entry.id, entry.size).open())).rejects.toThrow(/524288 of its 600000/);
    });

    it('stores no address, subject or content in clear', async () => {
      await submit({}, Buffer.from('Canary content'));
      const stored = JSON.stringify([await world.database.db.selectFrom('outbox').selectAll().execute(), await world.database.db.selectFrom('outbox_part').selectAll().execute()]);
      expect(stored).not.toMatch(/canary|ada@example/i);
    });
  });

  describe('claiming', () => {
    it('takes what is due, the longest waiting first, once', async () => {
      const [one, two] = [await submit(), await submit()];
      await submit({ dueAt: new Date(Date.now() + 3_600_000) });
      const holding = await hold();
      expect((await claim(holding)).map(({ task, entry }) => [task, entry.id, entry.attempt])).toEqual([['send', one.entry.id, 1], ['send', two.entry.id, 1]]);
      expect(await claim(holding)).toEqual([]);
    });

    it('says what it has still to work on, and gives the trace of its submission back', async () => {
      const trace = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
      await submit({ trace });
      await submit({ dueAt: new Date(Date.now() + 3_600_000) });
      const holding = await hold();
      const [one] = await claim(holding, 1);
      expect(one?.entry.trace).toBe(trace);
      const counted = async () => (await world.outbox.counts()).toSorted((a, b) => a.state.localeCompare(b.state));
      expect(await counted()).toEqual([
        { mailbox: 'sales', state: 'attempting', count: 1 },
        { mailbox: 'sales', state: 'scheduled', count: 1 },
      ]);
      await atWire(one!);
      await world.outbox.settle(one!, { event: 'accepted' });
      expect(await counted()).toEqual([{ mailbox: 'sales', state: 'scheduled', count: 1 }]);
      expect(await world.outbox.counts(['sent', 'held'])).toEqual([{ mailbox: 'sales', state: 'sent', count: 1 }]);
    });

    it('takes no more than asked for, and nothing of another mailbox', async () => {
      await world.addMailbox('support');
      await submit({ mailbox: 'support' });
      await submit();
      await submit();
      expect((await claim(await hold(), 1)).map(({ entry }) => entry.mailbox)).toEqual(['sales']);
    });

    it('takes what is scheduled once its time has come', async () => {
      const { entry } = await submit({ dueAt: new Date(Date.now() + 3_600_000) });
      expect([entry.state, await world.outbox.due({ owner: 'one', limit: 9 })]).toEqual(['scheduled', []]);
      expect(await world.outbox.nextDueInMs()).toBeGreaterThan(3_500_000);
      await world.age(3_600_000);
      expect(await world.outbox.due({ owner: 'one', limit: 9 })).toEqual(['sales']);
      expect((await claimOne(await hold())).entry.id).toBe(entry.id);
    });

    it('is refused for a lease that is over', async () => {
      await submit();
      const holding = await hold();
      await world.age(60_000);
      await hold('two');
      await expect(claim(holding)).rejects.toMatchObject({ code: 'lease.lost' });
    });

    it('names mailboxes with work to those only that can have them', async () => {
      await world.addMailbox('support');
      await submit({ mailbox: 'support' });
      await world.age(1_000);
      await submit();
      await hold('one', 'support');
      expect(await world.outbox.due({ owner: 'one', limit: 9 })).toEqual(['support', 'sales']);
      expect(await world.outbox.due({ owner: 'two', limit: 9 })).toEqual(['sales']);
    });

    it('leaves out mailboxes that are paused', async () => {
      await submit();
      await world.database.db.updateTable('mailbox').set({ state: 'paused' }).execute();
      expect(await world.outbox.due({ owner: 'one', limit: 9 })).toEqual([]);
    });
  });

  describe('an attempt', () => {
    it('is written down right before the wire, and once more when it was accepted', async () => {
      const { entry } = await submit();
      const one = await claimOne(await hold());
      expect(await atWire(one, { staged: { handle: 'h', messageId: 'filed@example.com' } })).toBe(true);
      expect(await world.outbox.find(entry.id)).toMatchObject({ state: 'attempting', route: { transport: 'memory' }, staged: { handle: 'h' }, filedAs: 'filed@example.com' });
      expect(await world.outbox.settle(one, { event: 'accepted', copy: 'due' })).toBe('sent');
      expect(await world.outbox.find(entry.id)).toMatchObject({ state: 'sent', copy: 'due', sentAt: expect.any(Date) });
      expect(await eventsOf(entry.id)).toEqual(['attempted', 'accepted']);
    });

    it('that is postponed is due again later, and may be tried again', async () => {
      const { entry } = await submit();
      const holding = await hold();
      const one = await claimOne(holding);
      await atWire(one);
      const failure = { class: 'throttle', code: 'throttled' };
      expect(await world.outbox.settle(one, { event: 'postponed', dueInMs: 5000, failure, mail: { ...MAIL, failure: { code: 'throttled', message: 'Slower.' } } })).toBe('queued');
      expect(await claim(holding)).toEqual([]);
      expect(await world.outbox.find(entry.id)).toMatchObject({ lastError: failure, mail: { failure: { message: 'Slower.' } } });
      await world.age(5000);
      expect((await claimOne(await hold())).entry.attempt).toBe(2);
    });

    it('is refused by the store once somebody else has the lease, at the wire and afterwards', async () => {
      const { entry } = await submit();
      const one = await claimOne(await hold('one'));
      await world.age(60_000);
      const second = await hold('two');
      await expect(atWire(one)).rejects.toMatchObject({ code: 'lease.lost' });
      await expect(world.outbox.settle(one, { event: 'postponed', dueInMs: 0 })).rejects.toMatchObject({ code: 'lease.lost' });
      expect(await world.outbox.recover(second)).toBe(1);
      expect([await stateOf(entry.id), await eventsOf(entry.id)]).toEqual(['queued', ['abandoned']]);
    });

    it('that had come to the wire when its sender went is unknown to whoever comes after', async () => {
      const { entry } = await submit();
      const one = await claimOne(await hold('one'));
      await atWire(one);
      expect(await world.outbox.due({ owner: 'two', limit: 9 })).toEqual([]);
      await world.age(16_000); // the lease is over, the attempt is not
      expect(await world.outbox.due({ owner: 'two', limit: 9 })).toEqual(['sales']);
      const second = await hold('two');
      await world.outbox.recover(second);
      const [look] = await claim(second);
      expect([look?.task, look?.entry.id, look?.entry.looks]).toEqual(['look', entry.id, 1]);
      expect(look?.entry.deadline).toBeInstanceOf(Date);
    });

    it('is looked for again as soon as the lease of whoever looked for it is over', async () => {
      await submit();
      const holding = await hold('one');
      const one = await claimOne(holding);
      await atWire(one);
      await world.outbox.settle(one, { event: 'unclear', dueInMs: 0 });
      expect((await claimOne(holding)).task).toBe('look');
      await world.age(14_000);
      expect(await world.outbox.due({ owner: 'two', limit: 9 })).toEqual([]);
      await world.age(2_000);
      expect(await world.outbox.due({ owner: 'two', limit: 9 })).toEqual(['sales']);
      const second = await hold('two');
      await world.outbox.recover(second);
      expect((await claimOne(second)).task).toBe('look');
    });

    it('leaves alone what the same holder has going on', async () => {
      const { entry } = await submit();
      const holding = await hold();
      await claimOne(holding);
      expect([await world.outbox.recover(holding), await stateOf(entry.id)]).toEqual([0, 'attempting']);
    });

    it('that ends in acceptance is believed also when it comes late, unless it was tried again', async () => {
      const { entry } = await submit();
      const one = await claimOne(await hold('one'));
      await atWire(one);
      await world.age(60_000);
      const second = await hold('two');
      await world.outbox.recover(second);
      const look = await claimOne(second);
      expect(await world.outbox.settle(look, { event: 'held' })).toBe('held');
      expect(await world.outbox.settle(one, { event: 'accepted' })).toBe('sent');
      expect(await eventsOf(entry.id)).toEqual(['attempted', 'unclear', 'held', 'accepted']);
    });

    it('cannot be settled twice', async () => {
      await submit();
      const one = await claimOne(await hold());
      await world.outbox.settle(one, { event: 'refused' });
      expect(await world.outbox.settle(one, { event: 'postponed', dueInMs: 0 })).toBeUndefined();
    });

    it('that was repeated is not taken for the later one', async () => {
      const { entry } = await submit();
      const holding = await hold();
      const one = await claimOne(holding);
      await world.outbox.settle(one, { event: 'postponed', dueInMs: 0 });
      await claimOne(holding);
      expect(await world.outbox.settle(one, { event: 'accepted' })).toBeUndefined();
      expect([await stateOf(entry.id), (await eventsOf(entry.id)).at(-1)]).toEqual(['attempting', 'accepted-too-late']);
    });
  });

  describe('a copy for Sent', () => {
    it('is a task of its own until it is filed', async () => {
      const { entry } = await submit();
      const holding = await hold();
      await world.outbox.settle(await claimOne(holding), { event: 'accepted', copy: 'due', dueInMs: 0 });
      const file = await claimOne(holding);
      expect([file.task, file.entry.id]).toEqual(['file', entry.id]);
      await world.outbox.filed(file, { againInMs: 1000 });
      await world.age(1000);
      const again = await claimOne(await hold());
      await world.outbox.filed(again, { copy: 'filed' });
      expect([await world.outbox.find(entry.id), await world.outbox.nextDueInMs()]).toEqual([expect.objectContaining({ state: 'sent', copy: 'filed' }), undefined]);
    });
  });

  describe('a person', () => {
    it('cancels what has not left, and nothing that has', async () => {
      const { entry } = await submit();
      expect(await world.outbox.decide(entry.id, 'cancelled')).toMatchObject({ isDone: true, entry: { state: 'cancelled' } });
      const { entry: second } = await submit();
      const one = await claimOne(await hold());
      expect(await world.outbox.decide(second.id, 'cancelled')).toMatchObject({ isDone: false, entry: { state: 'attempting' } });
      await world.outbox.settle(one, { event: 'accepted' });
      expect(await world.outbox.decide(second.id, 'cancelled')).toMatchObject({ isDone: false, entry: { state: 'sent' } });
    });

    it('has what is held tried again, or says that it has arrived', async () => {
      const holding = await hold();
      const [{ entry: one }, { entry: two }] = [await submit(), await submit()];
      for (const each of await claim(holding)) await world.outbox.settle(each, { event: 'held' });
      expect(await world.outbox.decide(one.id, 'retried')).toMatchObject({ isDone: true, entry: { state: 'queued' } });
      expect(await world.outbox.decide(two.id, 'found-sent')).toMatchObject({ isDone: true, entry: { state: 'sent' } });
      expect((await claim(holding)).map(({ entry }) => entry.id)).toEqual([one.id]);
    });

    it('is told of an entry that is not there', async () => {
      expect(await world.outbox.decide('nobody', 'cancelled')).toBeUndefined();
    });
  });

  describe('what is known of a mail that was sent', () => {
    it('is found by the Message-ID of its entry and by the one the server gave', async () => {
      const { entry } = await submit();
      await atWire(await claimOne(await hold()), { staged: { handle: 'h', messageId: 'other@exchange' } });
      expect([...(await world.outbox.ownOf([entry.messageId, 'other@exchange', 'stranger@x']))]).toEqual([[entry.messageId, entry.id], ['other@exchange', entry.id]]);
      expect((await world.outbox.ownOf([])).size).toBe(0);
    });

    it('takes a report once, and says when it bounced', async () => {
      const { entry } = await submit();
      const report = { address: 'ada@example.org', action: 'failed', status: '5.1.1', diagnostic: 'no such user', delivery: 'd1' };
      await world.outbox.reported(entry.id, [report]);
      await world.outbox.reported(entry.id, [{ ...report, address: 'ADA@example.org' }]);
      expect(await world.outbox.find(entry.id)).toMatchObject({ bouncedAt: expect.any(Date), mail: { reported: [report] } });
      expect(await eventsOf(entry.id)).toEqual(['report-failed']);
      expect(await world.outbox.reported('nobody', [report])).toBeUndefined();
    });

    it('is listed, the newest first, page by page', async () => {
      const ids: string[] = [];
      for (let each = 0; each < 5; each += 1) ids.unshift((await submit()).entry.id);
      const first = await world.outbox.list({ mailbox: 'sales', limit: 2 });
      const rest = await world.outbox.list({ mailbox: 'sales', before: first.at(-1)?.id ?? '', states: ['queued'] });
      expect([...first, ...rest].map(({ id }) => id)).toHaveLength(5);
      expect(new Set([...first, ...rest].map(({ id }) => id))).toEqual(new Set(ids));
      expect(await world.outbox.list({ states: ['sent'] })).toEqual([]);
    });
  });

  describe('what need not be kept', () => {
    it('goes in two steps: content and addresses, then the rest', async () => {
      const { entry } = await submit({}, Buffer.alloc(300_000));
      await submit();
      const holding = await hold();
      const [one] = await claim(holding, 1);
      if (one) await world.outbox.settle(one, { event: 'accepted' });
      await world.age(8 * 86_400_000);
      const periods = { contentAfterMs: 7 * 86_400_000, rowAfterMs: 30 * 86_400_000 };
      expect(await world.outbox.prune(periods)).toBe(false);
      expect((await world.outbox.find(entry.id))?.mail).toBeUndefined();
      expect([await world.count('outbox'), await world.count('outbox_part')]).toEqual([2, 1]);
      expect((await world.outbox.decide(entry.id, 'retried'))?.isDone).toBe(false);
      await world.age(30 * 86_400_000);
      await world.outbox.prune(periods);
      expect([await world.count('outbox'), await world.count('outbox_event')]).toEqual([1, 0]);
    });

    it('is not what a person has tried again just then', async () => {
      const { entry } = await submit({}, Buffer.alloc(300_000));
      await world.outbox.settle(await claimOne(await hold()), { event: 'refused', failure: { class: 'refused', code: 'message.refused' } });
      await world.age(8 * 86_400_000);
      const periods = { contentAfterMs: 7 * 86_400_000, rowAfterMs: 7 * 86_400_000 };
      const pruning = await world.database.transaction(async (transaction) => {
        await transaction.updateTable('outbox').set({ state: 'queued' }).where('id', '=', entry.id).execute(); // and not yet committed
        const began = world.outbox.prune(periods);
        await Promise.race([began, pause(300)]); // it waits for its turn, or for the row, or passes over it
        return { began };
      });
      await pruning.began;
      expect(await world.outbox.find(entry.id)).toMatchObject({ state: 'queued', mail: MAIL });
      expect((await collectBytes(world.outbox.content(entry.id, entry.size).open())).byteLength).toBe(300_000);
    });

    it('goes once where two processes see to it at the same time', async () => {
      const holding = await hold();
      for (let each = 0; each < 20; each += 1) await submit();
      for (const one of await claim(holding, 20)) await world.outbox.settle(one, { event: 'accepted' });
      await submit();
      await world.age(8 * 86_400_000);
      const periods = { contentAfterMs: 7 * 86_400_000, rowAfterMs: 7 * 86_400_000 };
      await Promise.all([1, 2, 3].map(() => world.outbox.prune(periods)));
      expect([await world.count('outbox'), await world.count('outbox_part'), await world.count('outbox_event')]).toEqual([1, 1, 0]);
    });

    it('includes the parts of a submission that never ended', async () => {
      await world.database.db.insertInto('outbox_part').values({ outbox: 'lost', part: 0, sealed: '', key_id: 'k', at: world.database.now }).execute();
      const periods = { contentAfterMs: 1e12, rowAfterMs: 1e12 };
      await world.outbox.prune(periods);
      expect(await world.count('outbox_part')).toBe(1);
      await world.age(25 * 3_600_000);
      await world.outbox.prune(periods);
      expect(await world.count('outbox_part')).toBe(0);
    });
  });
});
