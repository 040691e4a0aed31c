import { authorise } from '../access/authorise.ts';
import { needFolder } from '../find.ts';
import { badRequest, invalidUser, mailboxNotEnabled } from '../http/graph-error.ts';
import { parseTarget } from '../http/target.ts';
import { type Filter, parseFilter } from '../odata/filter.ts';
import type { RootCall } from '../routing.ts';
import type { Subscription } from './subscription.ts';

type Watched = Pick<Subscription, 'mailbox' | 'owner' | 'folder' | 'filter' | 'select'>;

/** `/me/messages`, `/users/{}/mailFolders('inbox')/messages?$filter=…`: what can be subscribed to (FACTS.md E14). */
export function watchedResource({ graph, principal }: RootCall, resource: string): Watched {
  const { segments, query } = parseTarget(`/v1.0/${resource.replace(/^\/+/, '').replace(/^v1\.0\//, '')}`);
  const isMe = segments[0]?.toLowerCase() === 'me';
  const [mailFolders, folderKey, inFolder] = segments.slice(isMe ? 1 : 2);
  const isWhole = mailFolders?.toLowerCase() === 'messages' && folderKey === undefined;
  const isFolder = mailFolders?.toLowerCase() === 'mailfolders' && inFolder?.toLowerCase() === 'messages' && folderKey !== undefined;
  if ((!isMe && segments[0]?.toLowerCase() !== 'users') || (!isWhole && !isFolder)) throw badRequest(`The resource '${resource}' does not support subscriptions here.`, 'InvalidRequest');
  const key = isMe ? principal.user?.id : segments[1];
  if (key === undefined) throw badRequest('/me request is only valid with delegated authentication flow.');
  const owner = graph.directory.user(key);
  if (!owner) throw invalidUser(key);
  authorise(principal, 'read-basic', owner);
  const mailbox = graph.store.mailbox(owner.id);
  if (!mailbox) throw mailboxNotEnabled();
  const [filter, select] = [query.get('$filter'), query.get('$select')];
  return {
    mailbox,
    owner,
    ...(isFolder && { folder: needFolder({ mailbox }, folderKey) }),
    ...(filter !== undefined && { filter: parsed(filter) }),
    ...(select !== undefined && { select: select.split(',').map((name) => name.trim()) }),
  };
}

const parsed = (filter: string): Filter => parseFilter(filter);
