import assert from 'node:assert/strict';
import type { Case } from '../case.ts';
import { deliver, deliverAs } from '../support/deliver.ts';
import { doorOf, folderOf, receiveOf } from '../support/parts.ts';
import { BEGINNING, collect, messageOf, NOW } from '../support/reading.ts';
import { rejects } from '../support/rejects.ts';

const NOWHERE = 'no-such-folder-anywhere';

export const FOLDER_CASES: readonly Case[] = [
  {
    id: 'receive/lists-folders',
    title: 'lists every standard folder once, each with a path',
    needs: { facets: ['receive'] },
    async run({ transport }) {
      const folders = await collect(receiveOf(transport).listFolders());
      assert.equal(new Set(folders.map(({ id }) => id)).size, folders.length, 'two folders have the same id');
      for (const { path } of folders) assert.ok(path.length > 0 && path.every((name) => name !== ''), `a folder has the path ${JSON.stringify(path)}`);
      assert.deepEqual(folders.filter(({ role }) => role === 'inbox').length, 1, 'there is one inbox');
    },
  },
  {
    id: 'receive/find-folder-by-role',
    title: 'finds a folder by its role, and it is the one whose mail is read',
    needs: { facets: ['receive'], door: ['deliver'] },
    async run(world) {
      await deliverAs(world, 'in the archive', { role: 'archive' });
      const folder = await receiveOf(world.transport).findFolder({ role: 'archive' });
      assert.equal(folder.role, 'archive');
      await messageOf(world.transport, 'in the archive', 'archive');
    },
  },
  {
    id: 'receive/find-folder-by-path',
    title: 'finds every listed folder by its path',
    needs: { facets: ['receive'] },
    async run({ transport }) {
      const receive = receiveOf(transport);
      for (const { id, path } of await collect(receive.listFolders())) {
        assert.equal((await receive.findFolder({ path })).id, id, `the path ${path.join('/')} leads to another folder`);
      }
    },
  },
  {
    id: 'receive/folder-not-found',
    title: 'says folder.not-found of a folder that does not exist',
    needs: { facets: ['receive'] },
    async run({ transport }) {
      const receive = receiveOf(transport);
      await rejects(receive.findFolder({ path: [NOWHERE] }), 'folder.not-found', 'findFolder');
      await rejects(collect(receive.list({ folder: NOWHERE })), 'folder.not-found', 'list');
      await rejects(receive.unread(NOWHERE), 'folder.not-found', 'unread');
      await rejects(collect(receive.changes({ folder: NOWHERE, since: NOW })), 'folder.not-found', 'changes');
    },
  },
  {
    id: 'receive/only-its-folder',
    title: 'reports the mail of the folder asked for and of no other',
    needs: { facets: ['receive'], door: ['deliver'] },
    async run(world) {
      await deliver(world, 'in the inbox');
      await deliverAs(world, 'in the archive', { role: 'archive' });
      const folder = await folderOf(world.transport);
      const listed = await collect(receiveOf(world.transport).list({ folder }));
      const batches = await collect(receiveOf(world.transport).changes({ folder, since: BEGINNING }));
      const changed = batches.flatMap(({ changes }) => changes).map((change) => (change.type === 'message-added' ? change.message.subject : change.type));
      assert.deepEqual([listed.map(({ subject }) => subject), changed], [['in the inbox'], ['in the inbox']]);
      for (const { ref } of listed) assert.equal(ref.folder, folder, 'a ref names another folder than the one it was listed in');
    },
  },
  {
    id: 'receive/unread-count',
    title: 'counts the unread messages of one folder',
    needs: { facets: ['receive'], door: ['deliver', 'setKeywords'] },
    async run(world) {
      const receive = receiveOf(world.transport);
      const inbox = await folderOf(world.transport);
      assert.equal(await receive.unread(inbox), 0, 'an empty folder has unread messages');
      await deliver(world, 'one', 'two', 'three');
      await deliverAs(world, 'elsewhere', { role: 'archive' });
      assert.equal(await receive.unread(inbox), 3);
      await doorOf(world, 'setKeywords')('inbox', 'two', ['$seen']);
      assert.equal(await receive.unread(inbox), 2, 'a message read elsewhere still counts');
    },
  },
];
