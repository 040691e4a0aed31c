import { authorise } from '../access/authorise.ts';
import { GraphError } from '../http/graph-error.ts';
import type { Reply } from '../http/reply.ts';
import { header, jsonBody } from '../http/request.ts';
import { editHeaders } from '../../mime/edit.ts';
import { headerValue } from '../../mime/headers.ts';
import { keptSource } from '../../store/source.ts';
import type { Message, MessageState } from '../../store/message.ts';
import { lensOf } from '../lens.ts';
import { messageOf } from '../messages/get.ts';
import { etagOf } from '../messages/versions.ts';
import { MessageView } from '../messages/view.ts';
import type { MailboxCall } from '../routing.ts';
import { messageReply } from './answer.ts';
import { rewrite } from './create.ts';
import { draftOf } from './draft.ts';
import { draftPatch } from './message-input.ts';

/** From then on what a received message says is protected (FACTS.md D4). */
const PROTECTED_FROM = Date.parse('2026-12-31T00:00:00Z');

/** PATCH messages/{} */
export async function updateMessage(call: MailboxCall): Promise<Reply> {
  const { graph, mailbox, owner, principal, request } = call;
  const message = messageOf(call);
  refuseConflict(call, message);
  const { draft, state } = draftPatch(await jsonBody(request), false);
  const patch = { ...state, ...(state.properties && { properties: { ...message.properties, ...state.properties } }) };
  if (Object.keys(draft).length === 0) return messageReply(call, mailbox.update(withoutImportance(call, message, patch), patch), 200);
  if (!message.isDraft && graph.clock.now().getTime() >= PROTECTED_FROM) authorise(principal, 'edit-sent', owner);
  const view = await new MessageView(lensOf(call), message).load();
  return messageReply(call, await rewrite(mailbox, message, { ...draftOf(view), ...draft }, patch), 200);
}

/** A header field would go on saying what the client has just changed. */
function withoutImportance({ graph, mailbox }: MailboxCall, message: Message, { importance }: Partial<MessageState>): Message {
  if (importance === undefined || headerValue(graph.facts.headers(message).fields, 'importance') === undefined) return message;
  return mailbox.replaceSource(message, keptSource(editHeaders(message.source.read(), { remove: ['Importance', 'X-Priority', 'X-MSMail-Priority'] })));
}

/** If-Match: the version the client has seen has to be the one that is there. */
export function refuseConflict({ mailbox, request }: MailboxCall, message: Message): void {
  const expected = header(request, 'if-match');
  if (expected === undefined || expected === '*' || expected === etagOf(mailbox, message.sequence)) return;
  throw new GraphError(412, 'ErrorIrresolvableConflict', "The send or update operation could not be performed because the change key passed in the request does not match the current change key for the item.");
}
