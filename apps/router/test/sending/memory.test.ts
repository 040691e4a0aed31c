import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { MailError } from '@signalbox/core';
import { contentOf } from '@signalbox/kit';
import { describe, expect, it, vi } from 'vitest';
import { addressOf, handOver, type MemoryWorld, openMemoryWorld } from './memory-world.ts';

const MINUTE = 60_000;
const mail = (subject: string, to = 'ada@example.org') => ({ to: [to], subject, text: `text of ${subject}` });
const until = (check: () => unknown) => vi.waitFor(check, { timeout: 20_000, interval: 10 });
const stateOf = async ({ sending }: MemoryWorld, id: string) => (await sending.get(id))?.state;
/** Who lost a lease, because the machine was busy when time went on, rests for a second of the world's time. */
async function becomes(world: MemoryWorld, id: string, state: string): Promise<void> {
  let looks = 0;
  await until(async () => {
    looks += 1;
    if (looks % 50 === 0) world.clock.jump(2_000);
    expect(await stateOf(world, id)).toBe(state);
  });
}
const eventsOf = async ({ sending }: MemoryWorld, id: string) => (await sending.history(id)).map(({ what }) => what);
const lost = (): MailError => new MailError('delivery.unknown', 'The answer did not come.');
/** Time goes on in steps that a lease can follow, and everybody who slept looks. */
async function minutes(world: MemoryWorld, count: number): Promise<void> {
  for (let minute = 0; minute < count; minute += 1) {
    world.clock.jump(MINUTE);
    for (let calm = 0; calm < 2; ) calm = (await utilizationOf(20)) < 0.5 ? calm + 1 : 0;
  }
}

/** How much of the next milliseconds this process is at work: a machine that is busy takes longer for what a minute brings. */
async function utilizationOf(ms: number): Promise<number> {
  const before = performance.eventLoopUtilization();
  await new Promise((resolve) => setTimeout(resolve, ms));
  return performance.eventLoopUtilization(before).utilization;
}

describe('a mail that was submitted', () => {
  it('is sent once, with its history', async () => {
    await using world = await openMemoryWorld();
    const { id, messageId } = await world.sending.send('sales', mail('one'));
    await using _ = world.run();
    await becomes(world, id, 'sent');
    expect([world.submitted('Subject: one'), world.submitted(`Message-ID: <${messageId}>`)]).toEqual([1, 1]);
    expect(await eventsOf(world, id)).toEqual(['submitted', 'attempted', 'accepted']);
    expect(world.outcomes).toEqual([{ entry: id, mailbox: 'sales', event: 'accepted', state: 'sent' }]);
  });

  it('is one mail under one idempotency key, however often it is asked for', async () => {
    await using world = await openMemoryWorld();
    await using _ = world.run();
    const entries = await Promise.all(Array.from({ length: 5 }, () => world.sending.send('sales', mail('one'), { idempotencyKey: 'order-7' })));
    await becomes(world, entries[0]?.id ?? '', 'sent');
    expect(new Set(entries.map(({ id }) => id)).size).toBe(1);
    await expect(world.sending.send('sales', mail('two'), { idempotencyKey: 'order-7' })).rejects.toMatchObject({ code: 'config.invalid' });
    expect(world.server.submitted).toHaveLength(1);
  });

  it('waits until it is due, and can be cancelled before', async () => {
    await using world = await openMemoryWorld();
    await using _ = world.run();
    const sendAt = new Date(world.clock.now().getTime() + 30 * MINUTE);
    const [first, second] = [await world.sending.send('sales', mail('later'), { sendAt }), await world.sending.send('sales', mail('never'), { sendAt })];
    await minutes(world, 2);
    expect([first.state, world.server.submitted.length]).toEqual(['scheduled', 0]);
    expect(await world.sending.cancel(second.id)).toMatchObject({ state: 'cancelled' });
    world.clock.jump(30 * MINUTE);
    await becomes(world, first.id, 'sent');
    expect([world.submitted('later'), world.submitted('never')]).toEqual([1, 0]);
    expect(Buffer.from(world.server.submitted[0]?.raw ?? '').toString()).toContain(`Date: ${sendAt.toUTCString().replace('GMT', '+0000')}`);
  });

  it('names hidden recipients in the header only where the server reads them there', async () => {
    for (const envelope of ['explicit', 'from-headers'] as const) {
      await using world = await openMemoryWorld({ envelope, outgoing: 'outgoing: { bcc: archive@example.com }\n' });
      await using _ = world.run();
      const { id } = await world.sending.send('sales', { ...mail('hidden'), bcc: ['b@example.org'] });
      await becomes(world, id, 'sent');
      expect(world.server.submitted[0]?.rcptTo).toEqual(['ada@example.org', 'b@example.org', 'archive@example.com']);
      expect(world.submitted('Bcc: b@example.org')).toBe(envelope === 'explicit' ? 0 : 1);
    }
  });

  it('continues the thread it answers, and encloses what it forwards', async () => {
    await using world = await openMemoryWorld();
    await using _ = world.run();
    const answered = { mailbox: 'sales', original: { messageId: 'p@x', from: ['ada@example.org'], subject: 'Order' } };
    const reply = await world.sending.reply(answered, { text: 'Yes' });
    const forward = await world.sending.forward({ ...answered, content: contentOf('Subject: Order\r\n\r\nHello\r\n') }, { to: ['bob@example.org'] });
    await becomes(world, reply.id, 'sent');
    await becomes(world, forward.id, 'sent');
    expect([world.submitted('In-Reply-To: <p@x>'), world.submitted('Subject: Re: Order'), world.submitted('Subject: Fwd: Order')]).toEqual([1, 1, 1]);
    expect(world.submitted('Content-Type: message/rfc822')).toBe(1);
  });

  it('is refused at once for a mailbox that is not there, or for nobody', async () => {
    await using world = await openMemoryWorld();
    await expect(world.sending.send('nobody', mail('x'))).rejects.toMatchObject({ code: 'mailbox.unknown' });
    await expect(world.sending.send('sales', { text: 'x' })).rejects.toMatchObject({ code: 'message.refused' });
  });
});

describe('an outcome that is open', () => {
  it('is cleared up by asking the server', async () => {
    await using world = await openMemoryWorld();
    world.server.faults.losingNextAnswer = true;
    await using _ = world.run();
    const { id } = await world.sending.send('sales', mail('lost'));
    await becomes(world, id, 'sent');
    expect([world.submitted('lost'), await eventsOf(world, id)]).toEqual([1, ['submitted', 'attempted', 'unclear', 'found-sent']]);
  });

  it('repeats the same staged mail where it lies there still', async () => {
    await using world = await openMemoryWorld();
    const handles: unknown[] = [];
    world.hooks.dispatch = async (what, next) => {
      handles.push('handle' in what && what.handle);
      if (handles.length === 1) throw lost();
      return next();
    };
    await using _ = world.run();
    const { id } = await world.sending.send('sales', mail('staged'));
    await becomes(world, id, 'sent');
    expect([world.submitted('staged'), new Set(handles).size, handles.length]).toEqual([1, 1, 2]);
  });

  it('can not be called back while it lies staged and may have been accepted', async () => {
    await using world = await openMemoryWorld();
    let tries = 0;
    world.hooks.dispatch = async (_, next) => {
      tries += 1;
      if (tries === 1) throw lost();
      if (tries === 2) throw new MailError('throttled', 'Slower.', { retryAfterMs: 10 * MINUTE });
      return next();
    };
    await using _ = world.run();
    const { id } = await world.sending.send('sales', mail('open'));
    await until(() => expect(tries).toBe(2));
    await becomes(world, id, 'queued');
    expect(await world.sending.cancel(id)).toMatchObject({ state: 'queued' });
    await minutes(world, 12);
    await becomes(world, id, 'sent');
    expect((await world.sending.get(id))?.mail).not.toHaveProperty('mayHaveLeft');
  });

  it('is cleared up by the copy in Sent where the server cannot be asked', async () => {
    await using world = await openMemoryWorld({ isPlain: true, sentCopy: 'automatic' });
    const file: (() => void)[] = [];
    world.hooks.dispatch = async (what, next) => {
      const folder = world.server.mailbox(addressOf('sales'))?.folder('sent');
      await next();
      const [copy] = folder?.messages ?? [];
      if (folder && copy) {
        folder.remove(copy.key); // it is filed ten minutes late
        file.push(() => void folder.add(copy));
      }
      throw lost();
    };
    await using _ = world.run();
    const { id } = await world.sending.send('sales', mail('late'));
    await becomes(world, id, 'unknown');
    await minutes(world, 10);
    expect([await stateOf(world, id), world.submitted('late')]).toEqual(['unknown', 1]);
    file[0]?.();
    await minutes(world, 3);
    await becomes(world, id, 'sent');
    expect([world.submitted('late'), world.texts('sales', 'sent').length]).toEqual([1, 1]);
  });

  it('is tried again only once a copy has had the time to appear', async () => {
    await using world = await openMemoryWorld({ isPlain: true, sentCopy: 'automatic' });
    let tries = 0;
    world.hooks.dispatch = async (what, next) => {
      tries += 1;
      if (tries > 1) return next();
      await handOver(what);
      throw lost();
    };
    await using _ = world.run();
    const { id } = await world.sending.send('sales', mail('absent'));
    await becomes(world, id, 'unknown');
    await minutes(world, 19); // five for the attempt, fifteen for the copy
    expect([tries, await stateOf(world, id)]).toEqual([1, 'unknown']);
    await minutes(world, 3);
    await becomes(world, id, 'sent');
    expect([tries, world.submitted('absent')]).toEqual([2, 1]);
  });

  it('is simply tried again where nothing of it was read, also where no copy is kept', async () => {
    await using world = await openMemoryWorld({ isPlain: true, sentCopy: 'none' });
    let tries = 0;
    world.hooks.dispatch = async (_, next) => {
      tries += 1;
      if (tries === 1) throw new MailError('timeout', 'No connection in time.', { retry: 'unknown-outcome' });
      return next();
    };
    await using _ = world.run();
    const { id } = await world.sending.send('sales', mail('unread'));
    await until(() => expect(tries).toBe(1));
    await becomes(world, id, 'queued');
    await minutes(world, 3);
    await becomes(world, id, 'sent');
    expect([tries, world.submitted('unread'), (await eventsOf(world, id)).slice(0, 4)]).toEqual([2, 1, ['submitted', 'postponed', 'attempted', 'accepted']]);
  });

  it.each([
    ['taken', 1],
    ['not taken', 0],
  ])('is held for a person where no copy is kept, when it was %s', async (fate, count) => {
    await using world = await openMemoryWorld({ isPlain: true, sentCopy: 'none' });
    world.hooks.dispatch = async (what, next) => {
      await (fate === 'taken' ? next() : handOver(what));
      throw lost();
    };
    await using _ = world.run();
    const { id } = await world.sending.send('sales', mail('unproven'));
    await becomes(world, id, 'unknown');
    await minutes(world, 23);
    await becomes(world, id, 'held');
    expect([world.submitted('unproven'), (await world.sending.list({ states: ['held'] })).length]).toEqual([count, 1]);
    world.hooks.dispatch = undefined;
    await (fate === 'taken' ? world.sending.markSent(id) : world.sending.retry(id)); // as a person decides who has asked the recipient
    await becomes(world, id, 'sent');
    expect(world.submitted('unproven')).toBe(1);
  });

  it('is sent again where the configuration says so and no copy is kept', async () => {
    await using world = await openMemoryWorld({ isPlain: true, sentCopy: 'none', settings: { unproven: 'resend' } });
    let tries = 0;
    world.hooks.dispatch = async (_, next) => {
      tries += 1;
      const receipt = await next();
      if (tries === 1) throw lost();
      return receipt;
    };
    await using _ = world.run();
    const { id } = await world.sending.send('sales', mail('again'));
    await becomes(world, id, 'unknown');
    await minutes(world, 23);
    await becomes(world, id, 'sent');
    expect(tries).toBe(2);
  });
});

describe('a failure', () => {
  it('that will never change ends the mail, and a person may have it tried again', async () => {
    await using world = await openMemoryWorld();
    world.server.refusedRecipients.add('ada@example.org');
    await using _ = world.run();
    const { id } = await world.sending.send('sales', mail('no'));
    await becomes(world, id, 'refused');
    expect(await world.sending.get(id)).toMatchObject({ lastError: { class: 'refused', code: 'recipient.refused' }, mail: { failure: { message: expect.stringContaining('ada@example.org') } } });
    world.server.refusedRecipients.clear();
    await world.sending.retry(id);
    await becomes(world, id, 'sent');
  });

  it('of the mailbox lets it rest instead of trying every mail, and stops no other mailbox', async () => {
    await using world = await openMemoryWorld({ mailboxes: ['sales', 'support'] });
    let tries = 0;
    world.server.mailbox(addressOf('sales'))?.changeSecrets('another');
    world.hooks.dispatch = async (_, next) => {
      tries += 1;
      return next();
    };
    await using _ = world.run();
    const ids: string[] = [];
    for (let count = 0; count < 20; count += 1) ids.push((await world.sending.send('sales', mail(`rest ${count}.`))).id);
    const { id: other } = await world.sending.send('support', mail('goes on'));
    await becomes(world, other, 'sent');
    await until(async () => expect((await world.sending.list({ mailbox: 'sales' })).filter(({ lastError }) => lastError?.class === 'waits').length).toBeGreaterThan(0));
    expect(tries).toBe(1);
    const attempts = (await world.sending.list({ mailbox: 'sales' })).reduce((sum, { attempt }) => sum + attempt, 0);
    expect(attempts).toBeLessThan(7);
    world.server.mailbox(addressOf('sales'))?.changeSecrets('x');
    await minutes(world, 3);
    for (const id of ids) await becomes(world, id, 'sent');
    expect(world.submitted('Subject: rest')).toBe(20);
  });

  it('of a busy server is waited out for as long as it asks', async () => {
    await using world = await openMemoryWorld();
    let tries = 0;
    world.hooks.dispatch = async (_, next) => {
      tries += 1;
      if (tries === 1) throw new MailError('throttled', 'Slower.', { retryAfterMs: 10 * MINUTE });
      return next();
    };
    await using _ = world.run();
    const { id } = await world.sending.send('sales', mail('slow'));
    await until(async () => expect((await world.sending.get(id))?.lastError).toBeDefined());
    await minutes(world, 9);
    expect([tries, (await world.sending.get(id))?.lastError]).toEqual([1, { class: 'throttle', code: 'throttled' }]);
    await minutes(world, 2);
    await becomes(world, id, 'sent');
  });

  it('that goes on for two days is given up', async () => {
    await using world = await openMemoryWorld();
    world.hooks.dispatch = () => Promise.reject(new MailError('unavailable', 'Out of order.'));
    await using _ = world.run();
    const { id } = await world.sending.send('sales', mail('over'));
    await until(async () => expect((await world.sending.get(id))?.lastError).toBeDefined());
    world.clock.jump(49 * 60 * MINUTE);
    await becomes(world, id, 'failed');
    expect(world.submitted('over')).toBe(0);
  });

  it('of some recipients lets the others have it once, and those refused for now later', async () => {
    await using world = await openMemoryWorld({ isPlain: true });
    world.server.refusedRecipients.add('gone@example.org').add('later@example.org');
    const rounds: (readonly string[])[] = [];
    world.hooks.dispatch = async (what, next) => {
      if ('envelope' in what) rounds.push(what.envelope.rcptTo);
      try {
        return await next();
      } catch (error) {
        const { failed = [] } = error as { readonly failed?: { readonly item: string; error: MailError }[] };
        for (const each of failed) if (each.item === 'later@example.org') each.error = new MailError('unavailable', 'Try later.', { affects: 'item' });
        throw error;
      }
    };
    await using _ = world.run();
    const { id } = await world.sending.send('sales', { to: ['ada@example.org', 'gone@example.org', 'later@example.org'], text: 'x' });
    await until(() => expect(rounds).toHaveLength(1));
    await becomes(world, id, 'queued'); // otherwise minutes pass in the middle of the attempt
    world.server.refusedRecipients.delete('later@example.org');
    await minutes(world, 2);
    await becomes(world, id, 'sent');
    expect(rounds).toEqual([['ada@example.org', 'gone@example.org', 'later@example.org'], ['later@example.org']]);
    expect((await world.sending.get(id))?.mail).toMatchObject({ refused: [{ address: 'gone@example.org', code: 'recipient.refused' }] });
  });
});

describe('another route while a mail lies staged that may have left', () => {
  /** Ends once the mail is queued again under its handle: the first dispatch has no answer, the second has to wait. */
  async function staged(world: MemoryWorld, isTaken: boolean): Promise<string> {
    let tries = 0;
    world.hooks.dispatch = async (_, next) => {
      tries += 1;
      if (tries === 1) throw lost();
      if (isTaken) await next();
      throw new MailError('throttled', 'Slower.', { retryAfterMs: MINUTE });
    };
    await using _ = world.run();
    const { id } = await world.sending.send('sales', mail('staged'));
    await until(async () => expect([tries, await stateOf(world, id)]).toEqual([2, 'queued']));
    expect(await world.sending.get(id)).toMatchObject({ staged: {}, mail: { mayHaveLeft: true } });
    return id;
  }

  it('is looked for first, and not sent again where it has left', async () => {
    await using world = await openMemoryWorld();
    const id = await staged(world, true);
    await using other = await openMemoryWorld({ as: { name: 'relay', of: world }, isPlain: true });
    other.clock.jump(2 * MINUTE);
    await using _ = other.run();
    await becomes(other, id, 'sent');
    expect([other.submitted('Subject: staged'), (await eventsOf(other, id)).slice(-2)]).toEqual([1, ['unclear', 'found-sent']]);
  });

  it('is sent once the new way where it has not, and not before a copy has had the time to appear', async () => {
    await using world = await openMemoryWorld();
    const id = await staged(world, false);
    await using other = await openMemoryWorld({ as: { name: 'relay', of: world }, isPlain: true });
    other.clock.jump(2 * MINUTE);
    await using _ = other.run();
    await becomes(other, id, 'unknown');
    await minutes(other, 10);
    expect([await stateOf(other, id), other.submitted('Subject: staged')]).toEqual(['unknown', 0]); // counted from the deadline of its last attempt, on whichever route
    await minutes(other, 12);
    await becomes(other, id, 'sent');
    expect([other.submitted('Subject: staged'), (await other.sending.get(id))?.route?.transport]).toEqual([1, 'relay']);
  });
});

describe('a stored record that does not open', () => {
  const damage = ({ place }: MemoryWorld, change: string): void => {
    using database = new DatabaseSync(join('directory' in place ? place.directory : '', 'data', 'signalbox.db'));
    database.exec(change);
  };

  it.each([
    ['what is known of the mail', 'outbox', 'id'],
    ['its content', 'outbox_part', 'outbox'],
  ])('is held for a person with the reason where it is %s, and the mailbox goes on', async (_, table, key) => {
    await using world = await openMemoryWorld();
    const { id } = await world.sending.send('sales', mail('damaged'));
    const { id: other } = await world.sending.send('sales', mail('whole'));
    damage(world, `alter table ${table} add column kept text; update ${table} set kept = sealed, sealed = '${'A'.repeat(80)}' where ${key} = '${id}'`);
    await using _running = world.run();
    await becomes(world, other, 'sent');
    await becomes(world, id, 'held');
    const entry = await world.sending.get(id);
    expect(entry?.lastError).toEqual({ class: 'person', code: 'config.invalid' });
    expect(entry?.unreadable ?? entry?.mail?.failure).toMatchObject({ message: expect.stringContaining(id) as string, remedy: { who: 'operator', text: expect.stringContaining('backup') as string } });
    expect([world.submitted('Subject: damaged'), (await world.sending.list()).length]).toEqual([0, 2]);
    damage(world, `update ${table} set sealed = kept where kept is not null`); // as it comes back from a backup
    await world.sending.retry(id);
    await becomes(world, id, 'sent');
    expect(world.submitted('Subject: damaged')).toBe(1);
  });
});

describe('a copy in Sent', () => {
  it('is filed once through the door that receives, with its hidden recipients, where the server files none', async () => {
    await using world = await openMemoryWorld({ sentCopy: 'none' });
    await using _ = world.run();
    const { id } = await world.sending.send('sales', { ...mail('copy'), bcc: ['b@example.org'] });
    await until(async () => expect((await world.sending.get(id))?.copy).toBe('filed'));
    const copies = world.texts('sales', 'sent');
    expect([copies.length, copies[0]?.startsWith('Bcc: b@example.org\r\n'), copies[0]?.includes('Subject: copy')]).toEqual([1, true, true]);
  });

  it('is one where a sender was away right before it filed its own, and another has filed one meanwhile', async () => {
    await using world = await openMemoryWorld({ sentCopy: 'none' });
    const { id } = await world.sending.send('sales', mail('away'));
    const back = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<void>();
    let appended = 0;
    world.hooks.append = async (next) => {
      appended += 1;
      if (appended > 1) return next();
      await back.promise;
      return next().finally(ended.resolve);
    };
    await using _ = world.run();
    await until(() => expect(appended).toBe(1));
    await using __ = world.run(await world.another());
    await until(async () => {
      world.clock.jump(16_000);
      expect((await world.sending.get(id))?.copy).toBe('filed');
    });
    back.resolve();
    await ended.promise;
    await until(() => expect(world.texts('sales', 'sent')).toHaveLength(1));
    expect(appended).toBe(2);
  });

  it('is none where none is wanted, or nobody reads the mailbox', async () => {
    await using world = await openMemoryWorld({ sentCopy: 'none' });
    await using _ = world.run();
    const { id } = await world.sending.send('sales', mail('x'), { saveSentCopy: false });
    await becomes(world, id, 'sent');
    expect((await world.sending.get(id))?.copy).toBeUndefined();
    await using unread = await openMemoryWorld({ sentCopy: 'none', sendOnly: true });
    await using __ = unread.run();
    const other = await unread.sending.send('sales', mail('y'));
    await becomes(unread, other.id, 'sent');
    expect((await unread.sending.get(other.id))?.copy).toBeUndefined();
  });

  it('is tried again while the mailbox is full', async () => {
    await using world = await openMemoryWorld({ sentCopy: 'none' });
    world.server.faults.full = true;
    await using _ = world.run();
    const { id } = await world.sending.send('sales', mail('full'));
    await until(async () => expect(await eventsOf(world, id)).toContain('copy-postponed'));
    world.server.faults.full = false;
    await minutes(world, 20);
    await until(async () => expect((await world.sending.get(id))?.copy).toBe('filed'));
    expect([world.submitted('full'), world.texts('sales', 'sent').length]).toEqual([1, 1]);
  });
});

describe('many mails', () => {
  it('go out a few at a time for each mailbox, and one with thousands waiting holds nobody up', async () => {
    await using world = await openMemoryWorld({ mailboxes: ['sales', 'support'], settings: { concurrency: 2, total: 3 } });
    let [begun, running, most] = [0, 0, 0];
    const { promise: full, resolve: fill } = Promise.withResolvers<void>();
    world.hooks.dispatch = async (_, next) => {
      [begun, running] = [begun + 1, running + 1];
      most = Math.max(most, running);
      if (running === 3) fill();
      await (begun > 4 ? full : new Promise((resolve) => setTimeout(resolve, 5)));
      running -= 1;
      return next();
    };
    for (let count = 0; count < 60; count += 1) await world.sending.send('sales', mail(`bulk ${count}.`));
    await using _ = world.run();
    await until(() => expect([begun, running]).toEqual([6, 2])); // both places of this mailbox are taken, for as long as the third is free
    const { id } = await world.sending.send('support', mail('urgent'));
    await becomes(world, id, 'sent');
    await until(() => expect(world.submitted('Subject: bulk')).toBe(60));
    const subjects = world.server.submitted.map(({ raw }) => /^Subject: (\w+)/m.exec(Buffer.from(raw).toString())?.[1]);
    expect(subjects.indexOf('urgent')).toBeLessThan(60);
    expect(most).toBe(3);
  });

  it('go out once each when several processes work on them, one after the other on each mailbox', async () => {
    await using world = await openMemoryWorld({ mailboxes: ['sales', 'support', 'desk'], settings: { idleMs: 30 } });
    const others = [await world.another(), await world.another()];
    await using _ = world.run();
    await using __ = world.run(others[0]);
    await using ___ = world.run(others[1]);
    const ids: string[] = [];
    for (let count = 0; count < 90; count += 1) ids.push((await world.sending.send(['sales', 'support', 'desk'][count % 3] ?? '', mail(`shared ${count}.`))).id);
    for (const id of ids) await becomes(world, id, 'sent');
    expect(world.server.submitted).toHaveLength(90);
  });
});

describe('mail that comes back', () => {
  it('is known as our own, and a report of failure is joined to what it is about', async () => {
    await using world = await openMemoryWorld();
    await using _ = world.run();
    const { id, messageId } = await world.sending.send('sales', mail('bounces'));
    await becomes(world, id, 'sent');
    expect([...(await world.sending.ownOf([messageId, 'stranger@x']))]).toEqual([[messageId, id]]);
    const report = `From: MAILER-DAEMON@x\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\nFinal-Recipient: rfc822; ada@example.org\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <${messageId}>\r\n\r\n--b--\r\n`;
    expect(await world.sending.report(Buffer.from(report), { delivery: 'd1' })).toMatchObject({ entry: { id, state: 'sent', bouncedAt: expect.any(Date) } });
    expect((await world.sending.get(id))?.mail?.reported).toEqual([{ address: 'ada@example.org', action: 'failed', status: '5.1.1', delivery: 'd1' }]);
    expect(await world.sending.report(Buffer.from('Subject: hello\r\n\r\n'))).toBeUndefined();
    expect(await world.sending.report(Buffer.from(report.replaceAll(messageId, 'stranger@x')))).toBeUndefined();
  });
});
