import type { ChangeBatch, ChangesSince, MailTransport } from '@signalbox/core';
import { describe, expect, it } from 'vitest';
import { collect, facetsOf, setting, told } from './setting.ts';

const letter = (subject: string): string[] => [`Subject: ${subject}`, `Message-ID: <${subject.replaceAll(' ', '-')}@example.org>`, 'From: ada@example.org', '', 'text'];
const inboxOf = async (transport: MailTransport): Promise<string> => (await facetsOf(transport).receive.findFolder({ role: 'inbox' })).id;

async function drain(transport: MailTransport, since: ChangesSince): Promise<ChangeBatch[]> {
  return collect(facetsOf(transport).receive.changes({ folder: await inboxOf(transport), since }));
}

const NOW = { kind: 'now' } as const;
const BEGINNING = { kind: 'beginning' } as const;
const after = (batches: readonly ChangeBatch[]): ChangesSince => ({ kind: 'cursor', cursor: batches.at(-1)?.cursor ?? '' });

describe('changes by delta', () => {
  it('take one request for ten new messages, with all a summary has, and one for a lone one', () =>
    setting(async ({ open, put, requests }) => {
      const transport = await open();
      const folder = await inboxOf(transport);
      const start = await drain(transport, NOW);
      const sweep = async (since: ChangesSince) => {
        const before = requests.length;
        const batches = await collect(facetsOf(transport).receive.changes({ folder, since }));
        return { batches, count: requests.length - before };
      };
      for (let index = 0; index < 10; index += 1) put(['In-Reply-To: <a@example.org>', 'References: <b@example.org> <a@example.org>', 'Date: Fri, 20 Nov 2026 10:00:00 +0000', ...letter(`new ${index}`)]);
      const ten = await sweep(after(start));
      expect([ten.count, told(ten.batches).length]).toEqual([1, 10]);
      const [{ changes: [change] } = expect.fail()] = ten.batches;
      expect(change).toMatchObject({ message: { from: ['ada@example.org'], inReplyTo: 'a@example.org', references: ['b@example.org', 'a@example.org'], sentAt: new Date('2026-11-20T10:00:00Z') } });
      put(letter('alone'));
      const one = await sweep(after(ten.batches));
      expect([one.count, told(one.batches)]).toEqual([1, ['added alone']]);
      expect((await sweep(after(one.batches))).count).toBe(1);
    }));

  it('look up what a delta shows by its mark alone, and lose none of its other keywords', () =>
    setting(async ({ open, mailbox, put, fault }) => {
      const [flagged, plain] = [put(letter('flagged')), put(letter('plain'))];
      mailbox.update(flagged, { flag: 'flagged' });
      const transport = await open();
      const start = await drain(transport, BEGINNING);
      using partial = fault('graph.delta-partial') as Disposable & { readonly struck: number };
      for (const message of [flagged, plain]) mailbox.update(message, { isRead: true });
      expect(told(await drain(transport, after(start))).toSorted()).toEqual(['updated $seen', 'updated $seen $flagged']);
      expect(partial.struck).toBe(1);
    }));

  it('report whole what a delta shows by its mark alone and they do not know any more', () =>
    setting(async ({ open, tenant, mailbox, fault }) => {
      tenant.store.fill(mailbox, { count: 600 });
      const transport = await open();
      const start = await drain(transport, NOW);
      fault('graph.delta-partial');
      const messages = mailbox.folder('inbox')!.messages;
      for (const message of messages) mailbox.update(message, { isRead: !message.isRead });
      const changes = (await drain(transport, after(start))).flatMap((batch) => batch.changes);
      const added = changes.flatMap((change) => (change.type === 'message-added' ? [change.message] : []));
      expect(added.length).toBeGreaterThan(300);
      expect(added.every(({ receivedAt, subject, messageId }) => receivedAt instanceof Date && subject !== undefined && messageId !== undefined)).toBe(true);
      expect(new Set(changes.map((change) => (change.type === 'message-added' ? change.message.ref.key : change.ref.key))).size).toBe(messages.length);
    }));

  it('send what they want to see once, and keep neither server nor token in a cursor', () =>
    setting(async ({ open, tenant, requests }) => {
      const transport = await open();
      const batches = await drain(transport, NOW);
      await drain(transport, after(batches));
      const deltas = requests.filter(({ url }) => url.includes('/delta')).map(({ url }) => new URL(url).searchParams.has('$select'));
      expect(deltas).toEqual([true, false]);
      const cursor = Buffer.from(batches.at(-1)?.cursor ?? '', 'base64url').toString();
      expect(cursor).toContain('$deltatoken');
      expect(cursor).not.toContain(new URL(tenant.doors.graph!.baseUrl).host);
    }));

  it('from now go through a large folder without reporting it, batch by batch, and miss nothing that comes meanwhile', () =>
    setting(async ({ open, tenant, mailbox, put }) => {
      tenant.store.fill(mailbox, { count: 1_200 });
      put(letter('there this very second'));
      const transport = await open();
      const folder = await inboxOf(transport);
      const batches: ChangeBatch[] = [];
      for await (const batch of facetsOf(transport).receive.changes({ folder, since: NOW })) {
        if (batches.length === 0) put(letter('came meanwhile'));
        if (batches.length === 1) mailbox.move(mailbox.append('archive', { source: mailbox.folder('inbox')!.messages[0]!.source, arrivedAt: new Date('2020-01-01') }), 'inbox');
        batches.push(batch);
      }
      expect(batches[0]?.changes).toEqual([]);
      expect(batches.map(({ caughtUp }) => caughtUp)).toEqual([false, false, true]);
      const rest = await drain(await open(), after(batches));
      expect(told([...batches, ...rest]).filter((what) => what.startsWith('added')).toSorted()).toEqual([expect.stringMatching(/^added .* 0$/), 'added came meanwhile']);
    }));

  it('from now go on where they stopped, still reporting nothing old', () =>
    setting(async ({ open, tenant, mailbox, put }) => {
      tenant.store.fill(mailbox, { count: 1_200 });
      tenant.clock.jump(60_000);
      const transport = await open();
      let first: ChangeBatch | undefined;
      for await (const batch of facetsOf(transport).receive.changes({ folder: await inboxOf(transport), since: NOW })) {
        first = batch;
        break;
      }
      put(letter('came in between'));
      const batches = await drain(await open(), { kind: 'cursor', cursor: first?.cursor ?? '' });
      const rest = await drain(await open(), after(batches));
      expect(told([...batches, ...rest])).toEqual(['added came in between']);
    }));

  it('promise after a restart in the midst of a sweep no more than that sweep has seen', () =>
    setting(async ({ open, tenant, mailbox, put }) => {
      tenant.store.fill(mailbox, { count: 500 });
      let first: ChangeBatch | undefined;
      for await (const batch of facetsOf(await open()).receive.changes({ folder: await inboxOf(await open()), since: BEGINNING })) {
        first = batch;
        break;
      }
      tenant.clock.jump(3_600_000);
      put(letter('came in between'));
      const arrived = tenant.clock.now();
      tenant.clock.jump(60_000);
      const batches = await drain(await open(), { kind: 'cursor', cursor: first?.cursor ?? '' });
      expect(batches.at(-1)?.caughtUp).toBe(true);
      expect(told(batches)).not.toContain('added came in between');
      for (const { sweptAt } of batches) expect(sweptAt.getTime()).toBeLessThan(arrived.getTime());
      const [next] = await drain(await open(), after(batches));
      expect(told(next ? [next] : [])).toEqual(['added came in between']);
      expect(next?.sweptAt.getTime()).toBeGreaterThan(arrived.getTime());
    }));

  it('tell a message that changed from one that came, where it was reported lately, also after a restart', () =>
    setting(async ({ open, mailbox, put }) => {
      const message = put(letter('one'));
      const batches = await drain(await open(), BEGINNING);
      mailbox.update(message, { isRead: true });
      const updates = await drain(await open(), after(batches));
      expect(told(updates)).toEqual(['updated $seen']);
    }));

  it('report a message that nobody remembers as come and as changed: it may have been moved in', () =>
    setting(async ({ open, tenant, mailbox }) => {
      tenant.store.fill(mailbox, { count: 300 });
      const batches = await drain(await open(), BEGINNING);
      expect(told(batches)).toHaveLength(300);
      tenant.clock.jump(600_000);
      const forgotten = mailbox.folder('inbox')!.messages.at(-1)!; // reported first, 300 messages ago
      mailbox.update(forgotten, { flag: 'flagged' });
      expect(told(await drain(await open(), after(batches)))).toEqual([expect.stringMatching(/^added /), 'updated $flagged']);
    }));

  it('report what is moved in and out; out and back in between they cannot, and a listing shows it', () =>
    setting(async ({ open, mailbox, put }) => {
      const transport = await open();
      const stays = put(letter('goes and comes back'));
      const goes = put(letter('goes'));
      const comes = put(letter('comes'), 'archive');
      let batches = await drain(transport, BEGINNING);
      mailbox.move(goes, 'archive');
      mailbox.move(comes, 'inbox');
      batches = await drain(transport, after(batches));
      expect(told(batches).toSorted()).toEqual(['added comes', 'removed']);
      mailbox.move(stays, 'archive');
      mailbox.move(stays, 'inbox');
      expect(told(await drain(transport, after(batches)))).toEqual([]);
      const listed = await collect(facetsOf(transport).receive.list({ folder: await inboxOf(transport), order: 'any' }));
      expect(new Set(listed.map(({ subject }) => subject))).toEqual(new Set(['comes', 'goes and comes back']));
      mailbox.move(goes, 'inbox');
      expect(told(await drain(transport, after(batches)))).toEqual(['added goes']);
    }));

  it.each([410, 400, 404] as const)('say cursor.expired when the server has lost the position, with status %i', (status) =>
    setting(async ({ open, fault }) => {
      const transport = await open();
      const batches = await drain(transport, NOW);
      fault('graph.delta-gone', { status }, 1);
      await expect(drain(transport, after(batches))).rejects.toMatchObject({ code: 'cursor.expired', retry: 'restart' });
    }));

  it('look again by the clock, and say so each time', () =>
    setting(async ({ open, tenant, put, requests }) => {
      const transport = await open({ pollIntervalMs: 60_000, requestTimeoutMs: 86_400_000 }); // the time that goes by here is no silence of the server
      const watch = facetsOf(transport).receive.changes({ folder: await inboxOf(transport), since: NOW, watch: true })[Symbol.asyncIterator]();
      await watch.next();
      for (const subject of [undefined, 'first', undefined]) {
        if (subject !== undefined) put(letter(subject));
        const pending = watch.next();
        const before = requests.length;
        await expect.poll(() => (tenant.clock.jump(60_000), requests.length)).toBeGreaterThan(before);
        const { value } = await pending;
        expect(told(value ? [value] : [])).toEqual(subject === undefined ? [] : [`added ${subject}`]);
      }
      await watch.return?.();
    }));

  it('go to no other server, wherever a link leads', () =>
    setting(async ({ open, context }) => {
      const fetch: typeof globalThis.fetch = async (input, init) => {
        const response = await context.fetch(input, init);
        if (!(input as string).includes('/delta')) return response;
        const text = (await response.text()).replaceAll(/https:\/\/localhost:\d+/g, 'https://elsewhere.example');
        return new Response(text, { status: response.status });
      };
      await expect(drain(await open({}, { fetch }), BEGINNING)).rejects.toMatchObject({ code: 'protocol.violation' });
    }));
});
