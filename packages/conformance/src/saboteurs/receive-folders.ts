import type { Saboteur } from './saboteur.ts';
import { whenFailing } from './translate.ts';
import { withReceive } from './wrap.ts';

export const FOLDER_SABOTEURS: readonly Saboteur[] = [
  {
    id: 'lists-the-inbox-twice',
    title: 'lists the inbox twice',
    caughtBy: ['receive/lists-folders'],
    sabotage: (transport) =>
      withReceive(transport, (inner) => ({
        async *listFolders(options) {
          for await (const folder of inner.listFolders(options)) {
            yield folder;
            if (folder.role === 'inbox') yield folder;
          }
        },
      })),
  },
  {
    id: 'forgets-roles',
    title: 'finds a folder by its role and does not say that it has one',
    caughtBy: ['receive/find-folder-by-role'],
    sabotage: (transport) =>
      withReceive(transport, (inner) => ({
        async findFolder(...args) {
          const { id, path } = await inner.findFolder(...args);
          return { id, path };
        },
      })),
  },
  {
    id: 'every-path-leads-to-the-inbox',
    title: 'answers the inbox for every path that exists',
    caughtBy: ['receive/find-folder-by-path'],
    sabotage: (transport) =>
      withReceive(transport, (inner) => ({
        async findFolder(selector, options) {
          const folder = await inner.findFolder(selector, options);
          return 'path' in selector ? inner.findFolder({ role: 'inbox' }, options) : folder;
        },
      })),
  },
  {
    id: 'nothing-unread-nowhere',
    title: 'counts no unread messages in a folder that does not exist',
    caughtBy: ['receive/folder-not-found'],
    sabotage: (transport) => withReceive(transport, (inner) => ({ unread: (...args) => whenFailing(inner.unread(...args), 'folder.not-found', () => 0) })),
  },
  {
    id: 'lists-the-archive-too',
    title: 'lists the archive behind the inbox',
    caughtBy: ['receive/only-its-folder'],
    sabotage: (transport) =>
      withReceive(transport, (inner) => ({
        async *list(request) {
          yield* inner.list(request);
          const inbox = await inner.findFolder({ role: 'inbox' });
          if (inbox.id === request.folder) yield* inner.list({ ...request, folder: (await inner.findFolder({ role: 'archive' })).id });
        },
      })),
  },
  {
    id: 'counts-read-messages',
    title: 'counts read messages as unread',
    caughtBy: ['receive/unread-count'],
    sabotage: (transport) =>
      withReceive(transport, (inner) => ({
        async unread(folder, options) {
          await inner.unread(folder, options);
          let count = 0;
          for await (const _ of inner.list({ folder, ...options })) count += 1;
          return count;
        },
      })),
  },
];
