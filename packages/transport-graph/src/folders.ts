import { type CallOptions, type Folder, type FolderId, type FolderRole, type FolderSelector, MailError } from '@signalbox/core';
import type { BatchItem, BatchOutcome } from './http/batch.ts';
import { segment } from './http/request.ts';
import { allOf, type Page } from './pages.ts';
import { enter, type Session } from './session.ts';

interface GraphFolder {
  readonly '@odata.type'?: string;
  readonly id?: string;
  readonly displayName?: string | null;
  readonly parentFolderId?: string | null;
  readonly childFolderCount?: number | null;
}

/** Well-known names are the same in every language (FACTS.md E3). */
export const WELL_KNOWN: Readonly<Record<FolderRole, string>> = {
  inbox: 'inbox',
  outbox: 'outbox',
  sent: 'sentitems',
  drafts: 'drafts',
  archive: 'archive',
  junk: 'junkemail',
  trash: 'deleteditems',
};
const ROLES = Object.keys(WELL_KNOWN) as readonly FolderRole[];
const QUERY = { $select: 'id,displayName,parentFolderId,childFolderCount', $top: 250 } as const;

/** Every folder that holds messages, parents before children. Hidden ones are left out by the server, searches here. */
export async function readFolders(session: Session, options?: CallOptions): Promise<readonly Folder[]> {
  enter(session, options);
  const { client } = session;
  const signal = options?.signal;
  const [roles, top] = [await rolesOf(session, options), await allOf<GraphFolder>(client, { method: 'GET', path: '/mailFolders', query: QUERY, names: 'mailbox', signal })];
  const folders: Folder[] = [];
  let level: readonly Placed[] = place(top, []);
  while (level.length > 0) {
    for (const { id, path } of level) folders.push(folderOf(id, path, roles.get(id)));
    const parents = level.filter(({ children }) => children);
    level = (await childrenOf(session, parents, options)).flatMap((children, index) => place(children, parents[index]?.path ?? []));
  }
  return folders;
}

interface Placed {
  readonly id: string;
  readonly path: readonly string[];
  readonly children: boolean;
}

const place = (folders: readonly GraphFolder[], parent: readonly string[]): Placed[] =>
  folders.flatMap(({ '@odata.type': type, id, displayName, childFolderCount }) =>
    id && displayName && !type?.endsWith('mailSearchFolder') ? [{ id, path: [...parent, displayName], children: (childFolderCount ?? 0) > 0 }] : [],
  );

const folderOf = (id: FolderId, path: readonly string[], role: FolderRole | undefined): Folder => ({ id, path, ...(role && { role }) });

/** One request for all; a mailbox need not have every one of them. */
async function rolesOf({ client }: Session, options?: CallOptions): Promise<ReadonlyMap<FolderId, FolderRole>> {
  const outcomes = await client.batch<GraphFolder>(ROLES.map((role) => byName(WELL_KNOWN[role])), options);
  const roles = new Map<FolderId, FolderRole>();
  for (const [index, outcome] of outcomes.entries()) {
    const folder = folderIn(outcome);
    const role = ROLES[index];
    if (folder?.id && role) roles.set(folder.id, role);
  }
  return roles;
}

const byName = (name: string): BatchItem => ({ method: 'GET', path: `/mailFolders/${segment(name)}`, query: { $select: QUERY.$select }, names: 'folder' });

/** Absent when there is none; any other failure is thrown. */
function folderIn(outcome: BatchOutcome<GraphFolder> | undefined): GraphFolder | undefined {
  if (outcome && 'value' in outcome) return outcome.value;
  if (outcome && outcome.error.code !== 'folder.not-found') throw outcome.error;
  return undefined;
}

/** In the order of the parents. One that was deleted meanwhile has none. */
async function childrenOf({ client }: Session, parents: readonly Placed[], options?: CallOptions): Promise<readonly (readonly GraphFolder[])[]> {
  const items = parents.map(({ id }): BatchItem => ({ method: 'GET', path: `/mailFolders/${segment(id)}/childFolders`, query: QUERY, names: 'folder' }));
  const outcomes = await client.batch<Page<GraphFolder>>(items, options);
  const children: (readonly GraphFolder[])[] = [];
  for (const outcome of outcomes) {
    if ('error' in outcome) {
      if (outcome.error.code !== 'folder.not-found') throw outcome.error;
      children.push([]);
      continue;
    }
    const { value = [], '@odata.nextLink': link } = outcome.value;
    const more = link === undefined ? [] : await allOf<GraphFolder>(client, { method: 'GET', path: link, names: 'folder', signal: options?.signal });
    children.push([...value, ...more]);
  }
  return children;
}

/** Throws `folder.not-found`. By role it takes one request, where the folder lies at the top, as those of Exchange do. */
export async function findFolder(session: Session, selector: FolderSelector, options?: CallOptions): Promise<Folder> {
  enter(session, options);
  if ('role' in selector) return findByRole(session, selector.role, options);
  const { path } = selector;
  const [only = ''] = path;
  if (path.length === 1 && isInbox(only)) return findByRole(session, 'inbox', options);
  const found = (await readFolders(session, options)).find((folder) => hasPath(folder, path));
  if (!found) throw new MailError('folder.not-found', `No folder has the path "${path.join(' / ')}".`);
  return found;
}

async function findByRole(session: Session, role: FolderRole, options?: CallOptions): Promise<Folder> {
  const [found, root] = await session.client.batch<GraphFolder>([byName(WELL_KNOWN[role]), byName('msgfolderroot')], options);
  const folder = folderIn(found);
  if (!folder?.id || !folder.displayName) throw new MailError('folder.not-found', `No folder has the role "${role}".`);
  const rootId = folderIn(root)?.id;
  const path = [folder.displayName];
  for (let parent = folder.parentFolderId; parent && parent !== rootId && path.length < MOST_DEEP; ) {
    const above: GraphFolder = await session.client.json<GraphFolder>({ ...byName(parent), signal: options?.signal });
    if (above.displayName) path.unshift(above.displayName);
    parent = above.parentFolderId;
  }
  return folderOf(folder.id, path, role);
}

/** Exchange allows 300; a circle would have no end. */
const MOST_DEEP = 300;

const hasPath = (folder: Folder, path: readonly string[]): boolean =>
  folder.path.length === path.length && folder.path.every((name, index) => name === path[index] || (index === 0 && folder.role === 'inbox' && isInbox(path[0] ?? '')) || (index === 0 && isInbox(name) && isInbox(path[0] ?? '')));
const isInbox = (name: string): boolean => name.toUpperCase() === 'INBOX';

/** Throws `folder.not-found`. */
export async function requireFolder({ client }: Session, id: FolderId, options?: CallOptions): Promise<FolderId> {
  const folder = await client.json<GraphFolder>({ ...byName(id), signal: options?.signal });
  return folder.id ?? id;
}
