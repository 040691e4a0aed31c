import type { Folder } from '../../store/folder.ts';
import type { Mailbox } from '../../store/mailbox.ts';
import { hiddenSince } from '../find.ts';
import type { GraphContext } from '../graph-context.ts';
import { unknownProperty } from '../http/graph-error.ts';

interface Place {
  readonly graph: GraphContext;
  readonly mailbox: Mailbox;
}

type Read = (place: Place, folder: Folder) => unknown;

const PROPERTIES: Readonly<Record<string, Read>> = {
  displayName: (_place, folder) => folder.displayName,
  parentFolderId: ({ mailbox }, { parent }) => (parent ? mailbox.folderId(parent) : null),
  childFolderCount: ({ mailbox }, folder) => mailbox.childFolders(folder).filter(({ isHidden }) => !isHidden).length,
  unreadItemCount: unreadCount,
  totalItemCount: (place, folder) => shownCount(place, folder, () => true),
  isHidden: (_place, folder) => folder.isHidden,
};
const BY_LOWER_CASE = new Map(Object.keys(PROPERTIES).map((name) => [name.toLowerCase(), name]));

export function folderProperties(select: readonly string[] | undefined): readonly string[] {
  if (!select) return Object.keys(PROPERTIES);
  return select
    .filter((name) => name.toLowerCase() !== 'id')
    .map((name) => {
      const known = BY_LOWER_CASE.get(name.toLowerCase());
      if (known === undefined) throw unknownProperty(name, 'mailFolder');
      return known;
    });
}

export function showFolder(place: Place, folder: Folder, names: readonly string[] = Object.keys(PROPERTIES)): Readonly<Record<string, unknown>> {
  const json: Record<string, unknown> = { id: place.mailbox.folderId(folder) };
  for (const name of names) json[name] = readFolder(place, folder, name);
  return json;
}

export const readFolder = (place: Place, folder: Folder, name: string): unknown => PROPERTIES[BY_LOWER_CASE.get(name.toLowerCase()) ?? name]?.(place, folder);

/** Exchange's counter can be behind for a while; tests make it so. */
function unreadCount(place: Place, folder: Folder): number {
  const { graph, mailbox } = place;
  const stale = graph.faults.take('graph.stale-unread-count', { mailbox: mailbox.address });
  return Math.max(0, shownCount(place, folder, ({ isRead }) => !isRead) + (stale?.by ?? 0));
}

function shownCount({ graph, mailbox }: Place, folder: Folder, counts: (message: Folder['messages'][number]) => boolean): number {
  const since = hiddenSince(graph, mailbox) ?? Infinity;
  let count = 0;
  for (const message of folder.messages) if (message.placedAt <= since && counts(message)) count += 1;
  return count;
}
