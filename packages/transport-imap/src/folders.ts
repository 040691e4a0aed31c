import { type CallOptions, type Folder, type FolderId, type FolderRole, type FolderSelector, MailError } from '@signalbox/core';
import type { ListResponse } from 'imapflow';
import type { ImapConfig } from './config.ts';
import type { Session } from './session.ts';

/** RFC 6154 §2. `\All`, `\Flagged` and `\Important` are views, not places. */
const ROLE_OF: Readonly<Record<string, FolderRole>> = {
  '\\archive': 'archive',
  '\\drafts': 'drafts',
  '\\junk': 'junk',
  '\\sent': 'sent',
  '\\trash': 'trash',
};

type Configured = ImapConfig['folders'];

/** Every folder that can hold messages. A role belongs to one folder only. */
export function foldersOf(listed: readonly ListResponse[], configured: Configured): Folder[] {
  const selectable = listed.filter(({ flags }) => ![...flags].some((flag) => /^\\(?:noselect|nonexistent)$/i.test(flag)));
  const roles = rolesOf(selectable, configured);
  return selectable.map(({ path, delimiter }) => {
    const role = roles.get(path);
    return { id: path, path: delimiter ? path.split(delimiter) : [path], ...(role && { role }) };
  });
}

/**
 * The operator's word, then the server's, then the name. Exchange Online sends special-use flags in a plain LIST
 * without advertising SPECIAL-USE (FACTS.md C5), so flags count wherever they appear.
 */
function rolesOf(listed: readonly ListResponse[], configured: Configured): Map<string, FolderRole> {
  const roles = new Map<string, FolderRole>();
  const claim = (path: string | undefined, role: FolderRole | undefined): void => {
    if (path !== undefined && role && !roles.has(path) && ![...roles.values()].includes(role)) roles.set(path, role);
  };
  claim(listed.find(({ path }) => path.toUpperCase() === 'INBOX')?.path, 'inbox');
  for (const [role, path] of Object.entries(configured)) {
    claim(listed.find((folder) => folder.path === path)?.path, role as FolderRole);
  }
  for (const { path, flags } of listed) for (const flag of flags) claim(path, ROLE_OF[flag.toLowerCase()]);
  for (const { path, specialUse } of listed) claim(path, ROLE_OF[specialUse?.toLowerCase() ?? '']);
  claim(listed.find(({ path }) => path.toLowerCase() === 'outbox')?.path, 'outbox');
  return roles;
}

export const readFolders = (session: Session, options?: CallOptions): Promise<Folder[]> =>
  session.pool.use(async (connection) => foldersOf(await connection.list(options?.signal), session.config.folders), {
    signal: options?.signal,
    repeatable: true,
  });

export function findIn(folders: readonly Folder[], selector: FolderSelector): Folder {
  const found = folders.find(('role' in selector ? hasRole(selector.role) : hasPath(selector.path)));
  if (found) return found;
  const wanted = 'role' in selector ? `the role "${selector.role}"` : `the path "${selector.path.join(' / ')}"`;
  throw new MailError('folder.not-found', `No folder has ${wanted}.`);
}

const hasRole = (role: FolderRole) => (folder: Folder) => folder.role === role;
const hasPath = (path: readonly string[]) => (folder: Folder) =>
  folder.path.length === path.length && folder.path.every((name, index) => name === path[index] || (index === 0 && isInbox(name) && isInbox(path[0])));
const isInbox = (name: string | undefined): boolean => name?.toUpperCase() === 'INBOX';

/** Throws `folder.not-found`. */
export function requireFolder(folders: readonly Folder[], id: FolderId): Folder {
  const found = folders.find((folder) => folder.id === id);
  if (!found) throw new MailError('folder.not-found', `There is no folder "${id}".`);
  return found;
}
