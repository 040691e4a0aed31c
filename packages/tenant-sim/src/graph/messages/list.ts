import type { Folder } from '../../store/folder.ts';
import type { Message } from '../../store/message.ts';
import { hiddenSince, needFolder } from '../find.ts';
import { plain, type Reply } from '../http/reply.ts';
import { addressOf } from '../http/request.ts';
import { withQuery } from '../http/target.ts';
import { contextOf, lensOf } from '../lens.ts';
import { compareValues, matcher } from '../odata/evaluate.ts';
import { type Order, parseOptions, type QueryOptions } from '../odata/options.ts';
import type { MailboxCall } from '../routing.ts';
import { readPath } from './paths.ts';
import { projectionOf, showMessages } from './projection.ts';
import { found } from './search.ts';
import { type Lens, MessageView } from './view.ts';

const USUAL_PAGE = 10;

/** GET messages, GET mailFolders/{}/messages. */
export async function listMessages(call: MailboxCall): Promise<Reply> {
  const { keys, request } = call;
  const [folderKey] = keys;
  const folder = folderKey === undefined ? undefined : needFolder(call, folderKey);
  const lens = lensOf(call);
  const options = parseOptions(request.query);
  const projection = projectionOf(lens, options.select, options.expand);
  const messages = await selectMessages(lens, folder, options);
  const size = options.top ?? request.preferences.maxPageSize ?? USUAL_PAGE;
  const until = options.skip + size;
  const path = folder ? `mailFolders('${encodeURIComponent(folderKey ?? '')}')/messages` : 'messages';
  return {
    status: 200,
    json: {
      '@odata.context': contextOf(call, `${path}${projection.selected ? `(${projection.selected.join(',')})` : ''}`),
      ...(options.count && { '@odata.count': messages.length }),
      value: await showMessages(lens, messages.slice(options.skip, until), projection),
      ...(messages.length > until && { '@odata.nextLink': nextLink(call, until) }),
    },
  };
}

/** GET …/messages/$count */
export async function countMessages(call: MailboxCall): Promise<Reply> {
  const [folderKey] = call.keys;
  const folder = folderKey === undefined ? undefined : needFolder(call, folderKey);
  const messages = await selectMessages(lensOf(call), folder, parseOptions(call.request.query));
  return plain(String(messages.length));
}

async function selectMessages(lens: Lens, folder: Folder | undefined, { filter, orderby, search }: QueryOptions): Promise<readonly Message[]> {
  const all = visible(lens, folder ? lens.graph.order.inFolder(folder) : lens.graph.order.inMailbox(lens.mailbox));
  if (search !== undefined) return found(lens, all, search);
  if (!filter && orderby.length === 0) return all;
  const views = all.map((message) => new MessageView(lens, message));
  const matching = filter ? views.filter(matcher(filter, readPath)) : views;
  return inOrder(matching, orderby).map(({ message }) => message);
}

function visible({ graph, mailbox }: Lens, messages: readonly Message[]): readonly Message[] {
  const since = hiddenSince(graph, mailbox);
  if (since === undefined) return messages;
  const shown = messages.filter(({ placedAt }) => placedAt <= since);
  if (shown.length < messages.length) graph.faults.take('graph.lag', { mailbox: mailbox.address });
  return shown;
}

function inOrder(views: readonly MessageView[], orderby: readonly Order[]): readonly MessageView[] {
  if (orderby.length === 0) return views;
  return views.toSorted((a, b) => {
    for (const { path, descending } of orderby) {
      const order = compareValues(readPath(a, path), readPath(b, path)) ?? 0;
      if (order !== 0) return descending ? -order : order;
    }
    return 0;
  });
}

/** The same question from further on. */
function nextLink({ request }: MailboxCall, skip: number): string {
  return withQuery(addressOf(request), [...[...request.query].filter(([name]) => name !== '$skip'), ['$skip', String(skip)]]);
}
