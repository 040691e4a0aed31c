import assert from 'node:assert/strict';
import type { MessageRef } from '@signalbox/core';
import { collectBytes } from '@signalbox/kit';
import type { Case } from '../case.ts';
import { filePart, multipart, textPart } from '../messages/mime.ts';
import { deliver, deliverRaw } from '../support/deliver.ts';
import { doorOf, receiveOf } from '../support/parts.ts';
import { allOf, BEGINNING, collect, messageOf, rawOf } from '../support/reading.ts';
import { rejects, rejectsPartly } from '../support/rejects.ts';

export const FETCH_CASES: readonly Case[] = [
  {
    id: 'receive/reading-leaves-unread',
    title: 'leaves a message unread, however it is read',
    needs: { facets: ['receive'], door: ['deliver', 'stored'] },
    async run(world) {
      await deliverRaw(world, multipart('untouched', [textPart('text'), filePart(Buffer.from('file'), 'text/csv', 'attachment; filename="a.csv"')]));
      const receive = receiveOf(world.transport);
      const { ref } = await messageOf(world.transport, 'untouched');
      await rawOf(world.transport, ref);
      for await (const { source } of receive.fetchRawEach([ref])) await collectBytes(source.bytes);
      for (const { id } of await receive.listAttachments(ref)) {
        await using source = await receive.fetchAttachment(ref, id);
        await collectBytes(source.bytes);
      }
      await collect(receive.list({ folder: ref.folder }));
      await collect(receive.changes({ folder: ref.folder, since: BEGINNING }));
      await world.transport.probe.check();
      const [stored] = await doorOf(world, 'stored')('inbox');
      assert.equal(stored?.keywords.has('$seen'), false, 'reading has marked the message as read');
    },
  },
  {
    id: 'receive/fetch-each',
    title: 'hands out each of many messages once, each under its own ref',
    needs: { facets: ['receive'], door: ['deliver'] },
    async run(world) {
      await deliver(world, ...Array.from({ length: 12 }, (_, index) => `message ${index}`));
      const all = await allOf(world.transport);
      const subjects = new Map(all.map(({ ref, subject }) => [ref.key, subject]));
      const seen: string[] = [];
      for await (const { ref, source } of receiveOf(world.transport).fetchRawEach(all.map((message) => message.ref))) {
        const raw = await collectBytes(source.bytes);
        assert.ok(raw.includes(`Subject: ${subjects.get(ref.key)}\r\n`), `the bytes under ${ref.key} belong to another message`);
        seen.push(ref.key);
      }
      assert.deepEqual(seen.toSorted(), [...subjects.keys()].toSorted());
    },
  },
  {
    id: 'receive/fetch-each-unread-sources',
    title: 'goes on to the next message when the bytes of one are left unread',
    needs: { facets: ['receive'], door: ['deliver'] },
    async run(world) {
      await deliver(world, 'one', 'two', 'three');
      const refs = (await allOf(world.transport)).map(({ ref }) => ref);
      const seen: MessageRef[] = [];
      for await (const { ref } of receiveOf(world.transport).fetchRawEach(refs)) seen.push(ref);
      assert.equal(seen.length, 3);
      assert.equal((await allOf(world.transport)).length, 3, 'the transport is usable afterwards');
    },
  },
  {
    id: 'receive/call-inside-many',
    title: 'answers other calls while many messages are read, or listed in any order',
    needs: { facets: ['receive'], door: ['deliver'] },
    async run(world) {
      await deliver(world, 'one', 'two', 'three');
      const receive = receiveOf(world.transport);
      const refs: MessageRef[] = [];
      const [{ ref: first } = { ref: undefined }] = await allOf(world.transport);
      assert.ok(first);
      for await (const { ref } of receive.list({ folder: first.folder, order: 'any' })) {
        assert.ok((await rawOf(world.transport, first)).byteLength > 0);
        refs.push(ref);
      }
      for await (const { source } of receive.fetchRawEach(refs)) {
        assert.equal(await receive.unread(first.folder), 3, 'a count made while many messages are read');
        assert.ok((await collectBytes(source.bytes)).byteLength > 0);
      }
      assert.equal(refs.length, 3, 'a call has cut the listing short');
    },
  },
  {
    id: 'receive/fetch-each-gone',
    title: 'names the messages that are gone after it has handed out all others',
    needs: { facets: ['receive'], door: ['deliver', 'expunge'] },
    async run(world) {
      await deliver(world, 'one', 'two', 'three');
      const all = await allOf(world.transport);
      const gone = all.find(({ subject }) => subject === 'two');
      await doorOf(world, 'expunge')('inbox', 'two');
      const seen: string[] = [];
      const read = async (): Promise<void> => {
        for await (const { ref, source } of receiveOf(world.transport).fetchRawEach(all.map((message) => message.ref))) {
          await collectBytes(source.bytes);
          seen.push(ref.key);
        }
      };
      const { failed } = await rejectsPartly(read(), 'reading messages of which one is gone');
      assert.deepEqual(failed.map(({ item, error }) => [item, error.code]), [[gone?.ref, 'message.not-found']]);
      assert.equal(seen.length, 2, 'the others were not all handed out');
    },
  },
  {
    id: 'receive/message-not-found',
    title: 'says message.not-found of a message that is gone and of an attachment it does not have',
    needs: { facets: ['receive'], door: ['deliver', 'expunge'] },
    async run(world) {
      await deliver(world, 'stays', 'goes');
      const receive = receiveOf(world.transport);
      const { ref: kept } = await messageOf(world.transport, 'stays');
      const { ref } = await messageOf(world.transport, 'goes');
      await doorOf(world, 'expunge')('inbox', 'goes');
      await rejects(rawOf(world.transport, ref), 'message.not-found', 'fetchRaw');
      await rejects(receive.listAttachments(ref), 'message.not-found', 'listAttachments');
      await rejects(receive.fetchAttachment(ref, 'none'), 'message.not-found', 'fetchAttachment');
      await rejects(receive.fetchAttachment(kept, 'no-such-attachment'), 'message.not-found', 'fetchAttachment of an unknown attachment');
    },
  },
];
