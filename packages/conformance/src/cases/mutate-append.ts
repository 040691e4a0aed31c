import assert from 'node:assert/strict';
import type { AppendOptions, Content } from '@signalbox/core';
import { contentOf } from '@signalbox/kit';
import type { Case } from '../case.ts';
import { message } from '../messages/build.ts';
import { doorOf, faultOf, folderOf, mutateOf } from '../support/parts.ts';
import { messageOf, rawOf } from '../support/reading.ts';
import { rejects } from '../support/rejects.ts';
import { sameBytes } from '../support/same-bytes.ts';
import { storedSubjects } from '../support/stored.ts';
import { appendsAnything, appendsDraftsOnly, draftIfNeeded, keepsAnyKeyword } from '../support/traits.ts';

const NEEDS = { facets: ['receive', 'mutate'], door: ['stored'] } as const;

export const APPEND_CASES: readonly Case[] = [
  {
    id: 'mutate/append-bytes',
    title: 'puts a copy into a folder byte for byte, also when it comes in pieces of unknown size',
    needs: NEEDS,
    async run(world) {
      const raw = message({ subject: 'appended', headers: ['X-Odd:   spaces  '], body: '.\r\n..\r\ntrailing \r\nGrüße\r\nno line end' });
      const pieces: Content = {
        async *open() {
          for (let at = 0; at < raw.byteLength; at += 7) yield raw.subarray(at, at + 7);
        },
      };
      await mutateOf(world.transport).append(await folderOf(world.transport, 'sent'), pieces, draftIfNeeded(world.transport));
      const [stored, ...more] = await doorOf(world, 'stored')('sent');
      assert.equal(more.length, 0, 'more than one copy was stored');
      sameBytes(stored?.raw ?? Buffer.alloc(0), raw, 'the stored copy');
    },
  },
  {
    id: 'mutate/append-attributes',
    title: 'gives an appended copy the keywords and receivedAt asked for',
    needs: { ...NEEDS, unless: appendsDraftsOnly },
    async run(world) {
      const receivedAt = new Date('2026-01-03T04:05:06Z');
      await mutateOf(world.transport).append(await folderOf(world.transport, 'sent'), contentOf(message({ subject: 'appended' })), { keywords: ['$seen', '$answered'], receivedAt });
      const appended = await messageOf(world.transport, 'appended', 'sent');
      assert.deepEqual([...appended.keywords].toSorted(), ['$answered', '$seen']);
      assert.equal(appended.receivedAt.toISOString(), receivedAt.toISOString());
    },
  },
  {
    id: 'mutate/append-plain',
    title: 'marks an appended copy as nothing that was not asked for',
    needs: NEEDS,
    async run(world) {
      const asked = Date.now();
      await mutateOf(world.transport).append(await folderOf(world.transport, 'drafts'), contentOf(message({ subject: 'appended' })), draftIfNeeded(world.transport));
      const { keywords, receivedAt } = await messageOf(world.transport, 'appended', 'drafts');
      assert.equal(keywords.has('$seen'), false);
      assert.ok(Math.abs(receivedAt.getTime() - asked) < 300_000, `receivedAt is ${receivedAt.toISOString()}, not the moment of appending`);
    },
  },
  {
    id: 'mutate/append-tells-ref',
    title: 'answers the ref of the appended copy, if it answers any',
    needs: NEEDS,
    async run(world) {
      const drafts = await folderOf(world.transport, 'drafts');
      await mutateOf(world.transport).append(drafts, contentOf(message({ subject: 'another' })), draftIfNeeded(world.transport));
      const ref = await mutateOf(world.transport).append(drafts, contentOf(message({ subject: 'appended' })), draftIfNeeded(world.transport));
      if (ref === undefined) return;
      assert.equal(ref.folder, drafts);
      assert.ok((await rawOf(world.transport, ref)).includes('Subject: appended\r\n'), 'the ref belongs to another message');
    },
  },
  {
    id: 'mutate/append-to-missing-folder',
    title: 'says folder.not-found of an append to a folder that does not exist',
    needs: { facets: ['receive', 'mutate'] },
    async run({ transport }) {
      await rejects(mutateOf(transport).append('no-such-folder-anywhere', contentOf(message({ subject: 'lost' })), draftIfNeeded(transport)), 'folder.not-found', 'append');
    },
  },
  {
    id: 'mutate/append-unsupported-keyword',
    title: 'appends nothing when a keyword cannot be stored',
    needs: { ...NEEDS, unless: keepsAnyKeyword },
    async run(world) {
      const drafts = await folderOf(world.transport, 'drafts');
      const call = mutateOf(world.transport).append(drafts, contentOf(message({ subject: 'lost' })), { keywords: ['$seen', '$draft', 'x-conformance-no-server-knows-this'] });
      await rejects(call, 'capability.unsupported', 'append with a keyword that cannot be stored');
      assert.deepEqual(await storedSubjects(world, 'drafts'), []);
    },
  },
  {
    id: 'mutate/append-drafts-only',
    title: 'refuses to append what would be no draft, or has a date of its own, where it can only make drafts',
    needs: { ...NEEDS, unless: appendsAnything },
    async run(world) {
      const drafts = await folderOf(world.transport, 'drafts');
      const refused: readonly AppendOptions[] = [{}, { keywords: ['$seen'] }, { keywords: ['$draft'], receivedAt: new Date('2026-01-03T04:05:06Z') }];
      for (const options of refused) {
        await rejects(mutateOf(world.transport).append(drafts, contentOf(message({ subject: 'lost' })), options), 'capability.unsupported', `append with ${JSON.stringify(options)}`);
      }
      assert.deepEqual(await storedSubjects(world, 'drafts'), []);
      await mutateOf(world.transport).append(drafts, contentOf(message({ subject: 'a draft' })), { keywords: ['$draft'] });
      assert.deepEqual([...(await messageOf(world.transport, 'a draft', 'drafts')).keywords], ['$draft']);
    },
  },
  {
    id: 'mutate/append-to-full-mailbox',
    title: 'says quota.exceeded when the mailbox is full, and stores nothing',
    needs: { ...NEEDS, faults: ['fillMailbox'] },
    async run(world) {
      const drafts = await folderOf(world.transport, 'drafts');
      await using _ = await faultOf(world, 'fillMailbox')();
      await rejects(mutateOf(world.transport).append(drafts, contentOf(message({ subject: 'too much', body: 'x'.repeat(4096) })), draftIfNeeded(world.transport)), 'quota.exceeded', 'append to a full mailbox');
      assert.deepEqual(await storedSubjects(world, 'drafts'), []);
    },
  },
];
