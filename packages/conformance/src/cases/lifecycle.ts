import assert from 'node:assert/strict';
import { contentOf } from '@signalbox/kit';
import type { Case } from '../case.ts';
import { message } from '../messages/build.ts';
import { deliver } from '../support/deliver.ts';
import { folderOf, mutateOf, receiveOf, sendOf } from '../support/parts.ts';
import { allOf, collect, messageOf, NOW, rawOf, watch } from '../support/reading.ts';
import { rejects } from '../support/rejects.ts';
import { sameBytes } from '../support/same-bytes.ts';
import { letter, submittedAs } from '../support/sending.ts';
import { within } from '../support/within.ts';

export const LIFECYCLE_CASES: readonly Case[] = [
  {
    id: 'lifecycle/dispose-twice',
    title: 'can be disposed of twice',
    async run({ transport }, { settleMs }) {
      await within(settleMs, Promise.resolve(transport[Symbol.asyncDispose]()), 'disposing');
      await within(settleMs, Promise.resolve(transport[Symbol.asyncDispose]()), 'disposing again');
    },
  },
  {
    id: 'lifecycle/dispose-ends-watch',
    title: 'ends a pending watch when it is disposed of',
    needs: { facets: ['receive'] },
    async run({ transport }, { settleMs }) {
      const iterator = watch(transport, { folder: await folderOf(transport), since: NOW });
      await within(settleMs, iterator.next(), 'the first batch');
      const pending = iterator.next().then(() => undefined, () => undefined);
      await within(settleMs, Promise.resolve(transport[Symbol.asyncDispose]()), 'disposing during a watch');
      await within(settleMs, pending, 'next() after disposal');
    },
  },
  {
    id: 'lifecycle/receive-after-dispose',
    title: 'throws transport.closed for every reading call after disposal',
    needs: { facets: ['receive'], door: ['deliver'] },
    async run(world, { settleMs }) {
      const { transport } = world;
      await deliver(world, 'kept');
      const { ref } = await messageOf(transport, 'kept');
      await transport[Symbol.asyncDispose]();
      const receive = receiveOf(transport);
      const calls: Readonly<Record<string, () => Promise<unknown>>> = {
        listFolders: () => collect(receive.listFolders()),
        findFolder: () => receive.findFolder({ role: 'inbox' }),
        list: () => collect(receive.list({ folder: ref.folder })),
        changes: () => collect(receive.changes({ folder: ref.folder, since: NOW })),
        locate: () => collect(receive.locate({ messageId: 'nobody@conformance.example' })),
        present: () => receive.present([ref]),
        unread: () => receive.unread(ref.folder),
        fetchRaw: () => receive.fetchRaw(ref),
        fetchRawEach: () => collect(receive.fetchRawEach([ref])),
        listAttachments: () => receive.listAttachments(ref),
        fetchAttachment: () => receive.fetchAttachment(ref, 'any'),
      };
      for (const [name, call] of Object.entries(calls)) await rejects(within(settleMs, call(), name), 'transport.closed', `${name} after disposal`);
    },
  },
  {
    id: 'lifecycle/mutate-after-dispose',
    title: 'throws transport.closed for every changing call after disposal',
    needs: { facets: ['receive', 'mutate'], door: ['deliver'] },
    async run(world, { settleMs }) {
      const { transport } = world;
      await deliver(world, 'kept');
      const { ref } = await messageOf(transport, 'kept');
      await transport[Symbol.asyncDispose]();
      const mutate = mutateOf(transport);
      const calls: Readonly<Record<string, () => Promise<unknown>>> = {
        updateKeywords: () => mutate.updateKeywords([ref], { add: ['$seen'] }),
        append: () => mutate.append(ref.folder, contentOf(message({ subject: 'late' }))),
        move: () => mutate.move([ref], ref.folder),
        delete: () => mutate.delete([ref], { mode: 'permanently' }),
      };
      for (const [name, call] of Object.entries(calls)) await rejects(within(settleMs, call(), name), 'transport.closed', `${name} after disposal`);
    },
  },
  {
    id: 'lifecycle/send-after-dispose',
    title: 'sends nothing after disposal, and says transport.closed',
    needs: { facets: ['send'] },
    async run(world, { settleMs }) {
      const { transport } = world;
      await transport[Symbol.asyncDispose]();
      const { submission } = letter(world);
      await rejects(within(settleMs, sendOf(transport).dispatch(submission), 'dispatch'), 'transport.closed', 'dispatch after disposal');
    },
  },
  {
    id: 'lifecycle/disposal-is-its-own',
    title: 'leaves another transport on the same mailbox working when it is disposed of',
    needs: { facets: ['receive'] },
    async run(world, { settleMs }) {
      const other = await world.reopen();
      await other[Symbol.asyncDispose]();
      await within(settleMs, allOf(world.transport), 'reading after another transport was disposed of');
    },
  },
  {
    id: 'lifecycle/refs-survive-reopening',
    title: 'keeps refs and refSpace over a restart',
    needs: { facets: ['receive'], door: ['deliver'] },
    async run(world) {
      await deliver(world, 'kept');
      const { ref } = await messageOf(world.transport, 'kept');
      const before = await rawOf(world.transport, ref);
      const again = await world.reopen();
      assert.equal(receiveOf(again).refSpace, receiveOf(world.transport).refSpace, 'the same door has another refSpace after a restart');
      sameBytes(await rawOf(again, JSON.parse(JSON.stringify(ref)) as typeof ref), before, 'the message behind a kept ref');
    },
  },
  {
    id: 'lifecycle/parallel-reads',
    title: 'answers parallel calls each with its own result',
    needs: { facets: ['receive'], door: ['deliver'] },
    async run(world, { settleMs }) {
      await deliver(world, ...Array.from({ length: 8 }, (_, index) => `parallel ${index}`));
      const all = await allOf(world.transport);
      const read = all.map(async ({ ref, subject }) => {
        const raw = await rawOf(world.transport, ref);
        assert.ok(raw.includes(`Subject: ${subject}\r\n`), `asked for "${subject}", got ${raw.toString().slice(0, 200)}`);
      });
      await within(settleMs, Promise.all(read), 'reading eight messages at once');
      assert.equal(all.length, 8);
    },
  },
  {
    id: 'lifecycle/parallel-sends',
    title: 'sends parallel submissions each with its own envelope and content',
    needs: { facets: ['send'], door: ['submitted'] },
    async run(world, limits) {
      const letters = Array.from({ length: 6 }, (_, index) => letter(world, { subject: `parallel ${index}`, rcptTo: [world.recipients[index % 2 === 0 ? 0 : 1]] }));
      await within(limits.settleMs, Promise.all(letters.map(({ submission }) => sendOf(world.transport).dispatch(submission))), 'sending six messages at once');
      for (const { messageId, submission } of letters) {
        const found = await submittedAs(world, messageId, limits);
        assert.deepEqual(found.map(({ rcptTo }) => rcptTo), [submission.envelope.rcptTo], 'each message left once, to its own recipient');
      }
    },
  },
];
