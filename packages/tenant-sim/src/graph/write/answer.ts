import type { Message } from '../../store/message.ts';
import { created, noContent, ok, type Reply } from '../http/reply.ts';
import { contextOf, lensOf } from '../lens.ts';
import { projectionOf, showMessage } from '../messages/projection.ts';
import { idOf } from '../messages/view.ts';
import type { MailboxCall } from '../routing.ts';

/** The message as it is now, whole, or nothing where the client prefers that. */
export async function messageReply(call: MailboxCall, message: Message, status: 200 | 201): Promise<Reply> {
  const lens = lensOf(call);
  const location = `${call.request.origin}/v1.0/users/${call.owner.id}/messages/${encodeURIComponent(idOf(lens, message))}`;
  if (call.request.preferences.minimal && status === 200) return noContent;
  const json = { '@odata.context': contextOf(call, 'messages/$entity'), ...(await showMessage(lens, message, projectionOf(lens, undefined, []))) };
  return status === 201 ? created(json, location) : ok(json);
}
