import assert from 'node:assert/strict';
import type { FolderRole } from '@signalbox/core';
import type { Case } from '../case.ts';
import { deliver, deliverAs } from '../support/deliver.ts';
import { doorOf, mutateOf } from '../support/parts.ts';
import { allOf, messageOf } from '../support/reading.ts';
import { rejects, rejectsPartly } from '../support/rejects.ts';
import { keepsAnyKeyword, keepsFewKeywords } from '../support/traits.ts';
import type { World } from '../world.ts';

const NEEDS = { facets: ['receive', 'mutate'], door: ['deliver', 'stored'] } as const;
const CUSTOM = 'x-conformance-no-server-knows-this';

/** Keywords of every message by the order of arrival, as the server keeps them; what servers add of their own is left out. */
async function keywordsIn(world: World, role: FolderRole = 'inbox'): Promise<string[][]> {
  const stored = await doorOf(world, 'stored')(role);
  return stored.map(({ keywords }) => [...keywords].filter((keyword) => keyword !== '$recent').toSorted());
}

export const KEYWORD_CASES: readonly Case[] = [
  {
    id: 'mutate/adds-keywords',
    title: 'adds keywords and leaves the others as they are',
    needs: NEEDS,
    async run(world) {
      await deliverAs(world, 'flagged', { keywords: ['$flagged'] });
      const { ref } = await messageOf(world.transport, 'flagged');
      await mutateOf(world.transport).updateKeywords([ref], { add: ['$seen'] });
      assert.deepEqual(await keywordsIn(world), [['$flagged', '$seen']]);
    },
  },
  {
    id: 'mutate/removes-keywords',
    title: 'removes keywords and leaves the others as they are',
    needs: NEEDS,
    async run(world) {
      await deliverAs(world, 'read', { keywords: ['$flagged', '$seen', '$answered'] });
      const { ref } = await messageOf(world.transport, 'read');
      await mutateOf(world.transport).updateKeywords([ref], { add: ['$seen'], remove: ['$flagged', '$draft'] });
      assert.deepEqual(await keywordsIn(world), [['$answered', '$seen']]);
    },
  },
  {
    id: 'mutate/keywords-of-many',
    title: 'changes the keywords of exactly the messages named',
    needs: NEEDS,
    async run(world) {
      await deliver(world, 'one', 'two', 'three');
      const refs = (await allOf(world.transport)).filter(({ subject }) => subject !== 'two').map(({ ref }) => ref);
      await mutateOf(world.transport).updateKeywords(refs, { add: ['$seen'] });
      assert.deepEqual(await keywordsIn(world), [['$seen'], [], ['$seen']]);
    },
  },
  {
    id: 'mutate/contradicting-patch',
    title: 'refuses a keyword that is both added and removed, changing nothing',
    needs: NEEDS,
    async run(world) {
      await deliver(world, 'kept');
      const { ref } = await messageOf(world.transport, 'kept');
      await rejects(mutateOf(world.transport).updateKeywords([ref], { add: ['$seen', '$flagged'], remove: ['$seen'] }), 'config.invalid', 'a contradicting patch');
      assert.deepEqual(await keywordsIn(world), [[]]);
    },
  },
  {
    id: 'mutate/custom-keyword',
    title: 'stores a custom keyword and reports it again',
    needs: { ...NEEDS, unless: keepsFewKeywords },
    async run(world) {
      await deliver(world, 'labelled');
      const { ref } = await messageOf(world.transport, 'labelled');
      await mutateOf(world.transport).updateKeywords([ref], { add: [CUSTOM] });
      assert.deepEqual([...(await messageOf(world.transport, 'labelled')).keywords], [CUSTOM]);
      assert.deepEqual(await keywordsIn(world), [[CUSTOM]]);
    },
  },
  {
    id: 'mutate/unsupported-keyword',
    title: 'refuses a keyword the server cannot store, changing nothing',
    needs: { ...NEEDS, unless: keepsAnyKeyword },
    async run(world) {
      await deliver(world, 'kept');
      const { ref } = await messageOf(world.transport, 'kept');
      await rejects(mutateOf(world.transport).updateKeywords([ref], { add: ['$seen', CUSTOM] }), 'capability.unsupported', 'a keyword that cannot be stored');
      assert.deepEqual(await keywordsIn(world), [[]]);
    },
  },
  {
    id: 'mutate/keywords-of-gone-message',
    title: 'names the messages whose keywords it could not change, and changes the rest',
    needs: { ...NEEDS, door: ['deliver', 'stored', 'expunge'] },
    async run(world) {
      await deliver(world, 'one', 'two', 'three');
      const all = await allOf(world.transport);
      const gone = all.find(({ subject }) => subject === 'two');
      await doorOf(world, 'expunge')('inbox', 'two');
      const { failed } = await rejectsPartly(mutateOf(world.transport).updateKeywords(all.map(({ ref }) => ref), { add: ['$seen'] }), 'keywords of a message that is gone');
      assert.deepEqual(failed.map(({ item, error }) => [item, error.code]), [[gone?.ref, 'message.not-found']]);
      assert.deepEqual(await keywordsIn(world), [['$seen'], ['$seen']], 'the others were not all changed');
    },
  },
];
