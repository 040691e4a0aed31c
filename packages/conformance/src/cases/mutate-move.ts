import assert from 'node:assert/strict';
import type { Case } from '../case.ts';
import { deliver, deliverAs } from '../support/deliver.ts';
import { doorOf, folderOf, mutateOf, receiveOf } from '../support/parts.ts';
import { allOf, messageOf, rawOf, subjectsOf } from '../support/reading.ts';
import { rejects, rejectsPartly } from '../support/rejects.ts';
import { storedSubjects } from '../support/stored.ts';

const NEEDS = { facets: ['receive', 'mutate'], door: ['deliver', 'stored'] } as const;

export const MOVE_CASES: readonly Case[] = [
  {
    id: 'mutate/move',
    title: 'moves messages and keeps their keywords and receivedAt',
    needs: NEEDS,
    async run(world) {
      const receivedAt = new Date('2026-01-02T03:04:05Z');
      await deliverAs(world, 'moved', { receivedAt, keywords: ['$flagged', '$seen'] });
      await deliver(world, 'stays');
      const { ref } = await messageOf(world.transport, 'moved');
      await mutateOf(world.transport).move([ref], await folderOf(world.transport, 'archive'));
      assert.deepEqual([await storedSubjects(world, 'inbox'), await storedSubjects(world, 'archive')], [['stays'], ['moved']]);
      const moved = await messageOf(world.transport, 'moved', 'archive');
      assert.deepEqual([...moved.keywords].toSorted(), ['$flagged', '$seen'], 'keywords were lost on the way');
      assert.equal(moved.receivedAt.toISOString(), receivedAt.toISOString(), 'receivedAt has changed');
    },
  },
  {
    id: 'mutate/move-tells-new-ref',
    title: 'tells where a message went, if it tells anything',
    needs: NEEDS,
    async run(world) {
      await deliver(world, 'first', 'second');
      const receive = receiveOf(world.transport);
      const all = await allOf(world.transport);
      const refs = all.map(({ ref }) => ref);
      const archive = await folderOf(world.transport, 'archive');
      const moved = await mutateOf(world.transport).move(refs, archive);
      assert.deepEqual(new Set(moved.map(({ from }) => from.key)), new Set(refs.map(({ key }) => key)), 'every moved message is named');
      for (const { from, to } of moved) {
        if (to === undefined) continue;
        const subject = all.find(({ ref }) => ref.key === from.key)?.subject;
        assert.equal(to.folder, archive);
        assert.ok((await rawOf(world.transport, to)).includes(`Subject: ${subject}\r\n`), 'the new ref belongs to another message');
      }
      assert.equal((await receive.present(refs)).length, 0, 'the old refs still name something in the old folder');
    },
  },
  {
    id: 'mutate/move-to-missing-folder',
    title: 'moves nothing to a folder that does not exist',
    needs: NEEDS,
    async run(world) {
      await deliver(world, 'kept');
      const { ref } = await messageOf(world.transport, 'kept');
      await rejects(mutateOf(world.transport).move([ref], 'no-such-folder-anywhere'), 'folder.not-found', 'moving to a missing folder');
      assert.deepEqual(subjectsOf(await allOf(world.transport)), ['kept']);
    },
  },
  {
    id: 'mutate/move-of-gone-message',
    title: 'names the messages it could not move, and moves the rest',
    needs: { ...NEEDS, door: ['deliver', 'stored', 'expunge'] },
    async run(world) {
      await deliver(world, 'one', 'two', 'three');
      const all = await allOf(world.transport);
      const gone = all.find(({ subject }) => subject === 'two');
      await doorOf(world, 'expunge')('inbox', 'two');
      const call = mutateOf(world.transport).move(all.map(({ ref }) => ref), await folderOf(world.transport, 'archive'));
      const { done, failed } = await rejectsPartly(call, 'moving messages of which one is gone');
      assert.deepEqual(failed.map(({ item, error }) => [item, error.code]), [[gone?.ref, 'message.not-found']]);
      assert.equal(done.length, 2, 'done names the messages that were moved');
      assert.deepEqual((await storedSubjects(world, 'archive')).toSorted(), ['one', 'three']);
    },
  },
  {
    id: 'mutate/delete-to-trash',
    title: 'deletes a message to the trash',
    needs: NEEDS,
    async run(world) {
      await deliver(world, 'thrown away', 'kept');
      const { ref } = await messageOf(world.transport, 'thrown away');
      await mutateOf(world.transport).delete([ref], { mode: 'to-trash' });
      assert.deepEqual([await storedSubjects(world, 'inbox'), await storedSubjects(world, 'trash')], [['kept'], ['thrown away']]);
    },
  },
  {
    id: 'mutate/delete-permanently',
    title: 'deletes exactly the message named, without a trace in the trash',
    needs: NEEDS,
    async run(world) {
      await deliver(world, 'destroyed', 'kept');
      await deliverAs(world, 'marked by another client', { keywords: ['$seen'] });
      const { ref } = await messageOf(world.transport, 'destroyed');
      await mutateOf(world.transport).delete([ref], { mode: 'permanently' });
      assert.deepEqual([await storedSubjects(world, 'inbox'), await storedSubjects(world, 'trash')], [['kept', 'marked by another client'], []]);
    },
  },
  {
    id: 'mutate/delete-of-gone-message',
    title: 'names the messages it could not delete, and deletes the rest',
    needs: { ...NEEDS, door: ['deliver', 'stored', 'expunge'] },
    async run(world) {
      await deliver(world, 'one', 'two');
      const all = await allOf(world.transport);
      await doorOf(world, 'expunge')('inbox', 'one');
      const { failed } = await rejectsPartly(mutateOf(world.transport).delete(all.map(({ ref }) => ref), { mode: 'permanently' }), 'deleting messages of which one is gone');
      assert.deepEqual(failed.map(({ error }) => error.code), ['message.not-found']);
      assert.deepEqual(await storedSubjects(world, 'inbox'), []);
    },
  },
  {
    id: 'mutate/nothing-to-do',
    title: 'does nothing for an empty list of messages',
    needs: NEEDS,
    async run(world) {
      await deliver(world, 'kept');
      const mutate = mutateOf(world.transport);
      await mutate.updateKeywords([], { add: ['$seen'] });
      await mutate.delete([], { mode: 'permanently' });
      assert.deepEqual(await mutate.move([], await folderOf(world.transport, 'archive')), []);
      const [stored, ...more] = await doorOf(world, 'stored')('inbox');
      assert.deepEqual([stored?.keywords.has('$seen'), more.length], [false, 0], 'an empty list has changed the mailbox');
    },
  },
];
