import assert from 'node:assert/strict';
import type { Case } from '../case.ts';
import { deliver } from '../support/deliver.ts';
import { faultOf, folderOf, receiveOf } from '../support/parts.ts';
import { after, collect, cursorOf, drain, NOW } from '../support/reading.ts';
import { rejects } from '../support/rejects.ts';
import { revealsNone } from '../support/secrets.ts';

const LARGEST_CURSOR = 8 * 1024;

export const CURSOR_CASES: readonly Case[] = [
  {
    id: 'receive/cursor-is-text',
    title: 'makes cursors that survive JSON',
    needs: { facets: ['receive'], door: ['deliver'] },
    async run(world) {
      await deliver(world, 'one');
      const cursor = cursorOf(await drain(world.transport));
      assert.equal(typeof cursor, 'string');
      assert.equal(JSON.parse(JSON.stringify(cursor)), cursor, 'a cursor changes on its way through JSON');
      assert.equal(cursor.isWellFormed(), true, 'a cursor is not well-formed text');
    },
  },
  {
    id: 'receive/cursor-is-small',
    title: 'makes cursors of at most 8 KiB, also after many messages',
    needs: { facets: ['receive'], door: ['deliver'] },
    async run(world) {
      await deliver(world, ...Array.from({ length: 60 }, (_, index) => `message ${index}`));
      for (const { cursor } of await drain(world.transport)) assert.ok(Buffer.byteLength(cursor) <= LARGEST_CURSOR, `a cursor has ${Buffer.byteLength(cursor)} octets`);
    },
  },
  {
    id: 'receive/cursor-holds-no-secret',
    title: 'keeps passwords and tokens out of cursors and refSpace',
    needs: { facets: ['receive'], world: ['secrets'] },
    async run(world) {
      revealsNone(world, cursorOf(await drain(world.transport)), 'a cursor');
      revealsNone(world, receiveOf(world.transport).refSpace, 'refSpace');
    },
  },
  {
    id: 'receive/foreign-cursor',
    title: 'says cursor.foreign of a text that is no cursor',
    needs: { facets: ['receive'] },
    async run({ transport }) {
      for (const cursor of ['not-yours', '', 'e30', '{"uid":1}']) await rejects(drain(transport, after(cursor)), 'cursor.foreign', `the cursor "${cursor}"`);
    },
  },
  {
    id: 'receive/cursor-of-another-folder',
    title: 'says cursor.foreign of a cursor that another folder made',
    needs: { facets: ['receive'] },
    async run({ transport }) {
      const cursor = cursorOf(await drain(transport, NOW, 'inbox'));
      const folder = await folderOf(transport, 'archive');
      await rejects(collect(receiveOf(transport).changes({ folder, since: after(cursor) })), 'cursor.foreign', 'the cursor of another folder');
    },
  },
  {
    id: 'receive/expired-cursor',
    title: 'says cursor.expired when the server has voided its positions',
    needs: { facets: ['receive'], door: ['deliver'], faults: ['expireCursors'] },
    async run(world) {
      await deliver(world, 'one');
      const cursor = cursorOf(await drain(world.transport));
      await faultOf(world, 'expireCursors')();
      const error = await rejects(drain(world.transport, after(cursor)), 'cursor.expired', 'a voided cursor');
      assert.equal(error.retry, 'restart');
      assert.equal((await drain(world.transport)).length > 0, true, 'listing anew works');
    },
  },
  {
    id: 'receive/positions-gone-back',
    title: 'says cursor.expired when the server’s counter went back, instead of missing what comes next',
    needs: { facets: ['receive'], door: ['deliver'], faults: ['rewindPositions'] },
    async run(world) {
      await deliver(world, 'one', 'two', 'three');
      const cursor = cursorOf(await drain(world.transport));
      await faultOf(world, 'rewindPositions')();
      await rejects(drain(world.transport, after(cursor)), 'cursor.expired', 'a cursor from before the restore');
    },
  },
];
