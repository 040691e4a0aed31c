import { needFolder, needMessage } from '../find.ts';
import { ok, plain, type Reply } from '../http/reply.ts';
import { contextOf, lensOf } from '../lens.ts';
import { parseOptions } from '../odata/options.ts';
import type { MailboxCall } from '../routing.ts';
import type { Message } from '../../store/message.ts';
import { projectionOf, showMessage } from './projection.ts';

/** The message a path names: `messages/{}`, `mailFolders/{}/messages/{}`, with more behind it or not. */
export function messageOf(call: MailboxCall): Message {
  const { keys, request } = call;
  const [first = '', second = ''] = keys;
  const isInFolder = request.segments.some((segment) => segment.toLowerCase() === 'mailfolders');
  return isInFolder ? needMessage(call, second, needFolder(call, first)) : needMessage(call, first);
}

export async function getMessage(call: MailboxCall): Promise<Reply> {
  const message = messageOf(call);
  const lens = lensOf(call);
  const { select, expand } = parseOptions(call.request.query);
  const projection = projectionOf(lens, select, expand);
  return ok({
    '@odata.context': contextOf(call, `messages${projection.selected ? `(${projection.selected.join(',')})` : ''}/$entity`),
    ...(await showMessage(lens, message, projection)),
  });
}

/** The whole message as this door makes it; not base64 (FACTS.md E5). */
export function getMime(call: MailboxCall): Reply {
  const message = messageOf(call);
  return plain(call.graph.view.mime(call.mailbox, message).raw);
}
