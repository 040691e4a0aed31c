import type { Folder } from '../../store/folder.ts';
import { needFolder } from '../find.ts';
import { badRequest, unknownProperty } from '../http/graph-error.ts';
import { ok, plain, type Reply } from '../http/reply.ts';
import { addressOf } from '../http/request.ts';
import { withQuery } from '../http/target.ts';
import { contextOf } from '../lens.ts';
import { compareValues, matcher } from '../odata/evaluate.ts';
import { parseOptions, type QueryOptions } from '../odata/options.ts';
import type { MailboxCall } from '../routing.ts';
import { folderProperties, readFolder, showFolder } from './show.ts';

const USUAL_PAGE = 10;

/** GET mailFolders, GET mailFolders/{}/childFolders: one level, without the hidden ones unless asked for. */
export function listFolders(call: MailboxCall): Reply {
  const [parentKey] = call.keys;
  const options = parseOptions(call.request.query);
  if (options.search !== undefined) throw badRequest("The query parameter '$search' is not supported for folders.");
  const folders = selectFolders(call, options);
  const names = folderProperties(options.select);
  const until = options.skip + (options.top ?? call.request.preferences.maxPageSize ?? USUAL_PAGE);
  const path = parentKey === undefined ? 'mailFolders' : `mailFolders('${encodeURIComponent(parentKey)}')/childFolders`;
  return ok({
    '@odata.context': contextOf(call, path),
    ...(options.count && { '@odata.count': folders.length }),
    value: folders.slice(options.skip, until).map((folder) => expanded(call, folder, { ...showFolder(call, folder, names) }, options)),
    ...(folders.length > until && { '@odata.nextLink': withQuery(addressOf(call.request), [...[...call.request.query].filter(([name]) => name !== '$skip'), ['$skip', String(until)]]) }),
  });
}

export const countFolders = (call: MailboxCall): Reply => plain(String(selectFolders(call, parseOptions(call.request.query)).length));

export function getFolder(call: MailboxCall): Reply {
  const folder = folderOf(call);
  const options = parseOptions(call.request.query);
  return ok({ '@odata.context': contextOf(call, 'mailFolders/$entity'), ...expanded(call, folder, { ...showFolder(call, folder, folderProperties(options.select)) }, options) });
}

export const folderOf = (call: MailboxCall): Folder => needFolder(call, call.keys[0] ?? '');

function selectFolders(call: MailboxCall, { filter, orderby }: QueryOptions): readonly Folder[] {
  const { keys, mailbox, request } = call;
  const withHidden = request.query.get('includehiddenfolders')?.toLowerCase() === 'true';
  const folders = mailbox.childFolders(needFolder(call, keys[0] ?? 'msgfolderroot')).filter(({ isHidden }) => withHidden || !isHidden);
  const read = (folder: Folder, path: string): unknown => {
    if (path.toLowerCase() === 'id') return mailbox.folderId(folder);
    const value = readFolder(call, folder, path);
    if (value === undefined) throw unknownProperty(path, 'mailFolder');
    return value;
  };
  const matching = filter ? folders.filter(matcher(filter, read)) : folders;
  const [order] = orderby;
  if (!order) return matching;
  return matching.toSorted((a, b) => (compareValues(read(a, order.path), read(b, order.path)) ?? 0) * (order.descending ? -1 : 1));
}

/** `$expand=childFolders` */
function expanded(call: MailboxCall, folder: Folder, json: Readonly<Record<string, unknown>>, { expand }: QueryOptions): Readonly<Record<string, unknown>> {
  if (!expand.some(({ name }) => name.toLowerCase() === 'childfolders')) return json;
  return { ...json, childFolders: call.mailbox.childFolders(folder).filter(({ isHidden }) => !isHidden).map((child) => showFolder(call, child)) };
}
