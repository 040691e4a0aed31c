import type { Mailbox as Address } from '../../mime/facts.ts';
import { editHeaders } from '../../mime/edit.ts';
import { headerFacts } from '../../mime/facts.ts';
import { keptSource } from '../../store/source.ts';
import { badRequest } from '../http/graph-error.ts';
import type { Reply } from '../http/reply.ts';
import { isMime, jsonBody, type JsonObject, parameterOf } from '../http/request.ts';
import { lensOf } from '../lens.ts';
import { messageOf } from '../messages/get.ts';
import { MessageView } from '../messages/view.ts';
import type { MailboxCall } from '../routing.ts';
import { messageReply } from './answer.ts';
import { compose } from './compose.ts';
import { newDraft } from './create.ts';
import type { Draft } from './draft.ts';
import { addressesIn, isObject, textIn } from './input.ts';
import { draftPatch } from './message-input.ts';
import { mimeBody } from './mime-input.ts';
import { quote } from './quote.ts';
import { submit } from './send.ts';

export type ResponseKind = 'reply' | 'replyAll' | 'forward';

/** createReply, createReplyAll, createForward: a draft in Drafts. */
export const createResponse = (kind: ResponseKind) => async (call: MailboxCall): Promise<Reply> => {
  const view = await new MessageView(lensOf(call), messageOf(call)).load();
  const { raw, state } = await responseTo(call, view, kind, false);
  return messageReply(call, call.mailbox.append('drafts', { source: keptSource(raw), isRead: true, ...state, isDraft: true }), 201);
};

/** reply, replyAll, forward: sent at once. */
export const sendResponse = (kind: ResponseKind) => async (call: MailboxCall): Promise<Reply> => {
  const { mailbox } = call;
  const view = await new MessageView(lensOf(call), messageOf(call)).load();
  const { raw } = await responseTo(call, view, kind, true);
  const reply = submit(call, raw);
  if (mailbox.byNumber(view.message.number)) mailbox.update(view.message, kind === 'forward' ? { isForwarded: true } : { isAnswered: true });
  return reply;
};

interface Response {
  readonly raw: Buffer;
  readonly state: ReturnType<typeof draftPatch>['state'];
}

async function responseTo(call: MailboxCall, view: MessageView, kind: ResponseKind, isSent: boolean): Promise<Response> {
  if (isMime(call.request)) return { raw: threaded(await mimeBody(call.request), view, kind), state: {} };
  const json = await jsonBody(call.request);
  const given = parameterOf(json, 'message') ?? {};
  if (!isObject(given)) throw badRequest("The parameter 'Message' is invalid.", 'ErrorInvalidParameter');
  const patch = draftPatch(given, true);
  const comment = parameterOf(json, 'comment');
  if (comment !== undefined && comment !== null && patch.draft.body) throw badRequest('Specify either the comment parameter or the body of the message, not both.', 'ErrorInvalidRequest');
  const recipients = kind === 'forward' ? forwardRecipients(json, patch.draft.to, isSent) : repliedTo(call, view, kind);
  const own = await newDraft(call, patch, given);
  const text = typeof comment === 'string' ? { contentType: 'text' as const, content: textIn('comment', comment) } : patch.draft.body;
  return {
    raw: await compose({
      ...own,
      ...recipients,
      ...patch.draft,
      ...(kind === 'forward' && { to: patch.draft.to ?? recipients.to }),
      subject: patch.draft.subject ?? prefixed(view.headers.subject ?? '', kind),
      ...thread(view),
      body: quote(view, text),
      attachments: kind === 'forward' ? [...view.body.attachments, ...own.attachments] : own.attachments,
    }),
    state: patch.state,
  };
}

/** To whom it says to reply, or who wrote it; with all others for replyAll, oneself left out (RFC 5322 §3.6.3). */
function repliedTo({ owner }: MailboxCall, { headers }: MessageView, kind: ResponseKind): Pick<Draft, 'to' | 'cc'> {
  const author = headers.replyTo.length > 0 ? headers.replyTo : headers.from ? [headers.from] : [];
  if (kind === 'reply') return { to: author, cc: [] };
  const seen = new Set(owner.addresses.map((address) => address.toLowerCase()));
  const others = (list: readonly Address[]): readonly Address[] => list.filter(({ address }) => !seen.has(address.toLowerCase()) && seen.add(address.toLowerCase()));
  return { to: [...others(author), ...others(headers.to)], cc: others(headers.cc) };
}

/** In one place of the two, and when it is sent, in one at least (FACTS.md E6). */
function forwardRecipients(json: JsonObject, inMessage: Draft['to'] | undefined, isSent: boolean): Pick<Draft, 'to' | 'cc'> {
  const given = parameterOf(json, 'toRecipients');
  if (given !== undefined && inMessage) throw badRequest('Specify the recipients either in the toRecipients parameter or in the message, not in both.', 'ErrorInvalidRequest');
  if (isSent && given === undefined && !inMessage) throw badRequest('The toRecipients parameter is required.', 'ErrorInvalidRecipients');
  return { to: given === undefined ? (inMessage ?? []) : addressesIn('toRecipients', given), cc: [] };
}

const PREFIXES: Readonly<Record<ResponseKind, string>> = { reply: 'RE: ', replyAll: 'RE: ', forward: 'FW: ' };

const prefixed = (subject: string, kind: ResponseKind): string => (subject.toUpperCase().startsWith(PREFIXES[kind]) ? subject : `${PREFIXES[kind]}${subject}`);

/** RFC 5322 §3.6.4. */
function thread({ headers: { messageId, inReplyTo, references } }: MessageView): Partial<Draft> {
  if (messageId === undefined) return {};
  const before = references.length > 0 ? references : inReplyTo === undefined ? [] : [inReplyTo];
  return { inReplyTo: messageId, references: [...before, messageId] };
}

/** What comes as MIME says everything itself, but for what it leaves out. */
function threaded(raw: Buffer, view: MessageView, kind: ResponseKind): Buffer {
  const facts = headerFacts(raw);
  const { inReplyTo, references = [] } = thread(view);
  const has = (name: string): boolean => facts.fields.some((field) => field.name.toLowerCase() === name);
  const author = view.headers.replyTo[0] ?? view.headers.from;
  return editHeaders(raw, {
    add: [
      ...(inReplyTo !== undefined && !has('in-reply-to') ? [`In-Reply-To: <${inReplyTo}>`] : []),
      ...(references.length > 0 && !has('references') ? [`References: ${references.map((id) => `<${id}>`).join(' ')}`] : []),
      ...(kind !== 'forward' && !has('to') && author ? [`To: <${author.address}>`] : []),
    ],
  });
}
