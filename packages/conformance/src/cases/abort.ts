import assert from 'node:assert/strict';
import { contentOf } from '@signalbox/kit';
import type { CallOptions, ChangesRequest } from '@signalbox/core';
import type { Case } from '../case.ts';
import { message } from '../messages/build.ts';
import { deliver } from '../support/deliver.ts';
import { doorOf, faultOf, folderOf, mutateOf, receiveOf, sendOf } from '../support/parts.ts';
import { allOf, BEGINNING, collect, messageOf, NOW, watch } from '../support/reading.ts';
import { reasonOf } from '../support/rejects.ts';
import { abortsWithReason, stillWorks } from '../support/aborting.ts';
import { letter, submittedBefore } from '../support/sending.ts';
import { within } from '../support/within.ts';

export const ABORT_CASES: readonly Case[] = [
  {
    id: 'abort/aborted-before-reading',
    title: 'rejects a reading call that is already aborted with the reason itself',
    needs: { facets: ['receive'], door: ['deliver'] },
    async run(world, limits) {
      await deliver(world, 'kept');
      const { ref } = await messageOf(world.transport, 'kept');
      const receive = receiveOf(world.transport);
      const calls: Readonly<Record<string, (options: CallOptions) => Promise<unknown>>> = {
        listFolders: (options) => collect(receive.listFolders(options)),
        findFolder: (options) => receive.findFolder({ role: 'inbox' }, options),
        list: (options) => collect(receive.list({ folder: ref.folder, ...options })),
        changes: (options) => collect(receive.changes({ folder: ref.folder, since: BEGINNING, ...options })),
        locate: (options) => collect(receive.locate({ messageId: 'nobody@conformance.example' }, options)),
        present: (options) => receive.present([ref], options),
        unread: (options) => receive.unread(ref.folder, options),
        fetchRaw: (options) => receive.fetchRaw(ref, options),
        fetchRawEach: (options) => collect(receive.fetchRawEach([ref], options)),
        listAttachments: (options) => receive.listAttachments(ref, options),
        fetchAttachment: (options) => receive.fetchAttachment(ref, 'any', options),
      };
      await abortsWithReason(calls, limits);
    },
  },
  {
    id: 'abort/aborted-before-changing',
    title: 'changes nothing in a call that is already aborted',
    needs: { facets: ['receive', 'mutate'], door: ['deliver'] },
    async run(world, limits) {
      await deliver(world, 'kept');
      const { ref } = await messageOf(world.transport, 'kept');
      const archive = await folderOf(world.transport, 'archive');
      const mutate = mutateOf(world.transport);
      const calls: Readonly<Record<string, (options: CallOptions) => Promise<unknown>>> = {
        updateKeywords: (options) => mutate.updateKeywords([ref], { add: ['$flagged'] }, options),
        append: (options) => mutate.append(ref.folder, contentOf(message({ subject: 'late' })), options),
        move: (options) => mutate.move([ref], archive, options),
        delete: (options) => mutate.delete([ref], { mode: 'permanently', ...options }),
      };
      await abortsWithReason(calls, limits);
      const all = await allOf(world.transport);
      assert.deepEqual(all.map(({ subject, keywords }) => [subject, keywords.has('$flagged')]), [['kept', false]], 'an aborted call changed the mailbox');
    },
  },
  {
    id: 'abort/aborted-before-sending',
    title: 'sends nothing in a call that is already aborted',
    needs: { facets: ['send'], door: ['submitted'] },
    async run(world, limits) {
      const { submission, messageId } = letter(world);
      await abortsWithReason({ dispatch: (options) => sendOf(world.transport).dispatch(submission, options) }, limits);
      assert.equal((await submittedBefore(world, messageId, limits)).length, 0, 'an aborted call sent the message');
    },
  },
  {
    id: 'abort/aborted-before-probing',
    title: 'rejects a probe that is already aborted with the reason itself',
    run: ({ transport }, limits) => abortsWithReason({ check: (options) => transport.probe.check(options) }, limits),
  },
  {
    id: 'abort/pending-next',
    title: 'settles a pending next() on abort, with the reason itself',
    needs: { facets: ['receive'] },
    async run({ transport }, { settleMs }) {
      const stop = new AbortController();
      const reason = new Error('stop watching');
      await using iterator = watch(transport, { folder: await folderOf(transport), since: NOW, signal: stop.signal });
      await within(settleMs, iterator.next(), 'the first batch');
      const pending = reasonOf(iterator.next(), 'next() of an aborted watch');
      setTimeout(() => stop.abort(reason), 20);
      assert.equal(await within(settleMs, pending, 'next() after abort'), reason, 'next() must reject with signal.reason itself');
    },
  },
  {
    id: 'abort/break-leaves-usable',
    title: 'stays usable when iterations are left early',
    needs: { facets: ['receive'], door: ['deliver'] },
    async run(world, limits) {
      await deliver(world, 'first', 'second', 'third');
      const receive = receiveOf(world.transport);
      const folder = await folderOf(world.transport);
      const leave = async (items: AsyncIterable<unknown>): Promise<void> => {
        for await (const _ of items) break;
      };
      const request: ChangesRequest = { folder, since: BEGINNING, watch: true };
      const refs = (await allOf(world.transport)).map(({ ref }) => ref);
      for (const items of [receive.list({ folder }), receive.changes(request), receive.fetchRawEach(refs), receive.listFolders()]) {
        await within(limits.settleMs, leave(items), 'leaving an iteration');
        assert.equal((await within(limits.settleMs, allOf(world.transport), 'reading after break')).length, 3);
      }
    },
  },
  {
    id: 'abort/usable-after-abort',
    title: 'stays usable after a watch was aborted',
    needs: { facets: ['receive'], door: ['deliver'] },
    async run(world, { settleMs }) {
      const stop = new AbortController();
      await using iterator = watch(world.transport, { folder: await folderOf(world.transport), since: NOW, signal: stop.signal });
      await within(settleMs, iterator.next(), 'the first batch');
      const pending = iterator.next().then(() => undefined, () => undefined);
      stop.abort();
      await within(settleMs, pending, 'next() after abort');
      await deliver(world, 'later');
      assert.equal((await within(settleMs, allOf(world.transport), 'reading after an abort')).length, 1);
    },
  },
  {
    id: 'abort/source-left-early',
    title: 'stays usable when the bytes of a message are not read to the end',
    needs: { facets: ['receive'], door: ['deliver'] },
    async run(world, { settleMs }) {
      await doorOf(world, 'deliver')(message({ subject: 'long', body: `${'0123456789'.repeat(7)}\r\n`.repeat(20_000) }));
      await deliver(world, 'short');
      const { ref } = await messageOf(world.transport, 'long');
      const glance = async (): Promise<void> => {
        await using source = await receiveOf(world.transport).fetchRaw(ref);
        for await (const _ of source.bytes) break;
      };
      await within(settleMs, glance(), 'leaving a message early');
      assert.equal((await within(settleMs, allOf(world.transport), 'reading after a message was left early')).length, 2);
    },
  },
  {
    id: 'abort/while-the-server-hangs',
    title: 'rejects a waiting call on abort although the server is silent',
    needs: { facets: ['receive'], faults: ['hang'] },
    async run(world, limits) {
      const folder = await folderOf(world.transport);
      const receive = receiveOf(world.transport);
      {
        await using _ = await faultOf(world, 'hang')();
        await abortsWithReason({ unread: (options) => receive.unread(folder, options), list: (options) => collect(receive.list({ folder, ...options })) }, limits, 100);
      }
      await stillWorks(() => receive.unread(folder), limits);
    },
  },
  {
    id: 'abort/while-sending-hangs',
    title: 'rejects a waiting dispatch on abort although the server is silent',
    needs: { facets: ['send'], faults: ['hang'] },
    async run(world, limits) {
      {
        await using _ = await faultOf(world, 'hang')();
        await abortsWithReason({ dispatch: (options) => sendOf(world.transport).dispatch(letter(world).submission, options) }, limits, 100);
      }
      await stillWorks(() => sendOf(world.transport).dispatch(letter(world).submission), limits);
    },
  },
];
