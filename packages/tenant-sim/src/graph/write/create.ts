import type { Mailbox } from '../../store/mailbox.ts';
import type { Message, MessageState } from '../../store/message.ts';
import { keptSource } from '../../store/source.ts';
import { needFolder } from '../find.ts';
import type { Reply } from '../http/reply.ts';
import { isMime, jsonBody, type JsonObject } from '../http/request.ts';
import type { MailboxCall } from '../routing.ts';
import { messageReply } from './answer.ts';
import { attachmentIn } from './attachment-input.ts';
import { compose } from './compose.ts';
import { type Draft, EMPTY, newMessageId } from './draft.ts';
import { listIn } from './input.ts';
import { draftPatch, type MessagePatch } from './message-input.ts';
import { mimeBody } from './mime-input.ts';

/** POST messages, POST mailFolders/{}/messages: a draft, from JSON or MIME. */
export async function createMessage(call: MailboxCall): Promise<Reply> {
  const { keys, mailbox, request } = call;
  const folder = needFolder(call, keys[0] ?? 'drafts');
  if (isMime(request)) {
    const source = keptSource(await mimeBody(request));
    return messageReply(call, mailbox.append(folder, { source, isDraft: true, isRead: true }), 201);
  }
  const json = await jsonBody(request);
  const patch = draftPatch(json, true);
  const source = keptSource(await compose(await newDraft(call, patch, json)));
  const { isDraft, arrivedAt } = mapiState(patch.state);
  return messageReply(call, mailbox.append(folder, { isRead: true, ...patch.state, isDraft, source, ...(arrivedAt && { arrivedAt }) }), 201);
}

/** What a client said of a new message, completed by what every message has. */
export async function newDraft({ graph, mailbox }: Pick<MailboxCall, 'graph' | 'mailbox'>, { draft }: MessagePatch, json: JsonObject): Promise<Draft> {
  const now = graph.clock.now();
  const given = json['attachments'] === undefined ? [] : listIn('attachments', json['attachments']);
  const attachments = await Promise.all(given.map((one) => attachmentIn(one, now)));
  return { ...EMPTY, messageId: newMessageId(mailbox.address), sentAt: now, ...draft, attachments };
}

const UNSENT = 8;

/** PidTagMessageFlags and PidTagMessageDeliveryTime (MS-OXCMSG §2.2.1.6, MS-OXOMSG §2.2.3.9): the only way by which Graph makes a message that is no draft. */
function mapiState({ properties = {} }: Partial<MessageState>): { readonly isDraft: boolean; readonly arrivedAt?: Date } {
  const value = (tag: string): string | undefined => Object.entries(properties).find(([id]) => id.toLowerCase() === tag)?.[1];
  const flags = Number(value('integer 0x0e07') ?? UNSENT);
  const arrivedAt = new Date(value('systemtime 0x0e06') ?? Number.NaN);
  return { isDraft: (flags & UNSENT) !== 0, ...(!Number.isNaN(arrivedAt.getTime()) && { arrivedAt }) };
}

/** Another text for a message that stays what it is. */
export async function rewrite(mailbox: Mailbox, message: Message, draft: Draft, state: Partial<MessageState> = {}): Promise<Message> {
  return mailbox.replaceSource(message, keptSource(await compose(draft)), state);
}
