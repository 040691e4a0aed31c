import assert from 'node:assert/strict';
import type { ListRequest, MessageRef, MessageSummary } from '@signalbox/core';
import type { Case } from '../case.ts';
import { message, newMessageId } from '../messages/build.ts';
import { deliver, deliverAs, deliverRaw } from '../support/deliver.ts';
import { doorOf, folderOf, receiveOf } from '../support/parts.ts';
import { allOf, collect, messageOf, subjectsOf } from '../support/reading.ts';

const day = (date: number): Date => new Date(Date.UTC(2026, 0, date, 12));

export const LIST_CASES: readonly Case[] = [
  {
    id: 'receive/list-newest-first',
    title: 'lists the newest message first, by the server’s clock',
    needs: { facets: ['receive'], door: ['deliver'] },
    async run(world) {
      await deliverAs(world, 'middle', { receivedAt: day(2) });
      await deliverAs(world, 'oldest', { receivedAt: day(1) });
      await deliverAs(world, 'newest', { receivedAt: day(3) });
      const listed = await collect(receiveOf(world.transport).list({ folder: await folderOf(world.transport) }));
      assert.deepEqual(subjectsOf(listed), ['newest', 'middle', 'oldest']);
    },
  },
  {
    id: 'receive/list-limit',
    title: 'lists no more than the limit, and those are the newest',
    needs: { facets: ['receive'], door: ['deliver'] },
    async run(world) {
      for (const date of [1, 2, 3, 4]) await deliverAs(world, `day ${date}`, { receivedAt: day(date) });
      const listed = await collect(receiveOf(world.transport).list({ folder: await folderOf(world.transport), limit: 2 }));
      assert.deepEqual(subjectsOf(listed), ['day 4', 'day 3']);
    },
  },
  {
    id: 'receive/list-received-since',
    title: 'lists what was received at or after an instant, the instant included',
    needs: { facets: ['receive'], door: ['deliver'] },
    async run(world) {
      await deliverAs(world, 'before', { receivedAt: new Date(day(2).getTime() - 1000) });
      await deliverAs(world, 'exactly', { receivedAt: day(2) });
      await deliverAs(world, 'after', { receivedAt: day(3) });
      const listed = await collect(receiveOf(world.transport).list({ folder: await folderOf(world.transport), receivedSince: day(2) }));
      assert.deepEqual(subjectsOf(listed), ['after', 'exactly']);
    },
  },
  {
    id: 'receive/list-any-order',
    title: 'lists each message once when any order will do, within the bounds it was given',
    needs: { facets: ['receive'], door: ['deliver'] },
    async run(world) {
      for (const date of [3, 1, 4, 2]) await deliverAs(world, `day ${date}`, { receivedAt: day(date) });
      const folder = await folderOf(world.transport);
      const list = async (request: Omit<ListRequest, 'folder' | 'order'> = {}): Promise<readonly (string | undefined)[]> =>
        subjectsOf(await collect(receiveOf(world.transport).list({ folder, order: 'any', ...request }))).toSorted();
      assert.deepEqual(await list(), ['day 1', 'day 2', 'day 3', 'day 4']);
      assert.deepEqual(await list({ receivedSince: day(3) }), ['day 3', 'day 4']);
      assert.equal(new Set(await list({ limit: 3 })).size, 3, 'a limit in any order');
    },
  },
  {
    id: 'receive/received-at',
    title: 'tells when the server received a message, not what its Date header says',
    needs: { facets: ['receive'], door: ['deliver'] },
    async run(world) {
      const receivedAt = new Date('2026-01-07T08:09:10Z');
      await deliverRaw(world, message({ subject: 'dated', date: 'Thu, 01 Jan 2015 00:00:00 +0000' }), { receivedAt });
      const { receivedAt: told, sentAt } = await messageOf(world.transport, 'dated');
      assert.equal(told.toISOString(), receivedAt.toISOString());
      assert.equal(sentAt?.toISOString() ?? '2015-01-01T00:00:00.000Z', '2015-01-01T00:00:00.000Z', 'sentAt is the Date header');
    },
  },
  {
    id: 'receive/keywords',
    title: 'tells the keywords of a message, and an unread one has no $seen',
    needs: { facets: ['receive'], door: ['deliver'] },
    async run(world) {
      await deliverAs(world, 'flagged', { keywords: ['$seen', '$flagged'] });
      await deliver(world, 'untouched');
      assert.deepEqual([...(await messageOf(world.transport, 'flagged')).keywords].toSorted(), ['$flagged', '$seen']);
      assert.equal((await messageOf(world.transport, 'untouched')).keywords.has('$seen'), false);
    },
  },
  {
    id: 'receive/list-agrees-with-changes',
    title: 'tells the same of a message in a listing and in a change',
    needs: { facets: ['receive'], door: ['deliver'] },
    async run(world) {
      await deliverAs(world, 'compared', { receivedAt: day(5), keywords: ['$flagged'] });
      const changed = await messageOf(world.transport, 'compared');
      const [listed] = await collect(receiveOf(world.transport).list({ folder: changed.ref.folder }));
      assert.deepEqual(listed, changed);
    },
  },
  {
    id: 'receive/locate-everywhere',
    title: 'finds every message with a Message-ID, in whatever folder it is',
    needs: { facets: ['receive'], door: ['deliver'] },
    async run(world) {
      const messageId = newMessageId();
      const raw = message({ subject: 'wanted', messageId });
      await deliverRaw(world, raw);
      await deliverRaw(world, raw);
      await deliverRaw(world, raw, { role: 'archive' });
      await deliver(world, 'another');
      const found = await collect(receiveOf(world.transport).locate({ messageId }));
      const [inbox, archive] = [await folderOf(world.transport), await folderOf(world.transport, 'archive')];
      assert.deepEqual(found.map(({ ref }) => ref.folder).toSorted(), [inbox, inbox, archive].toSorted());
      assert.deepEqual(new Set(subjectsOf(found)), new Set(['wanted']));
      assert.equal(new Set(found.map(({ ref }) => `${ref.folder} ${ref.key}`)).size, 3, 'the same message was found twice');
    },
  },
  {
    id: 'receive/locate-in-folders',
    title: 'looks for a message only where it was told to look, and finding none is no error',
    needs: { facets: ['receive'], door: ['deliver'] },
    async run(world) {
      const messageId = newMessageId();
      await deliverRaw(world, message({ subject: 'elsewhere', messageId }), { role: 'archive' });
      const receive = receiveOf(world.transport);
      const [inbox, archive] = [await folderOf(world.transport), await folderOf(world.transport, 'archive')];
      assert.equal((await collect(receive.locate({ messageId, folders: [inbox] }))).length, 0);
      assert.equal((await collect(receive.locate({ messageId, folders: [archive] }))).length, 1);
      assert.equal((await collect(receive.locate({ messageId: newMessageId() }))).length, 0);
    },
  },
  {
    id: 'receive/present',
    title: 'tells which refs still exist, in the order they were given',
    needs: { facets: ['receive'], door: ['deliver', 'expunge'] },
    async run(world) {
      await deliver(world, 'one', 'two', 'three');
      const refs = (await allOf(world.transport)).toSorted((a, b) => (b.subject ?? '').localeCompare(a.subject ?? '')).map(({ ref }) => ref); // two, three, one
      const receive = receiveOf(world.transport);
      const present = async (asked: readonly MessageRef[]): Promise<readonly MessageRef[]> => (await receive.present(asked)).map(({ ref }) => ref);
      assert.deepEqual(await present(refs), refs);
      assert.deepEqual(await present(refs.toReversed()), refs.toReversed());
      await doorOf(world, 'expunge')('inbox', 'three');
      assert.deepEqual(await present(refs), [refs[0], refs[2]]);
      assert.deepEqual(await present([]), []);
    },
  },
  {
    id: 'receive/present-as-listed',
    title: 'tells of refs that still exist what a listing tells of them',
    needs: { facets: ['receive'], door: ['deliver'] },
    async run(world) {
      await deliver(world, 'one', 'two');
      const listed = await allOf(world.transport);
      const byKey = (summaries: readonly MessageSummary[]): readonly MessageSummary[] => summaries.toSorted((a, b) => (a.ref.key < b.ref.key ? -1 : 1));
      assert.deepEqual(byKey(await receiveOf(world.transport).present(listed.map(({ ref }) => ref))), byKey(listed));
    },
  },
];
