import { retryAfter } from '../../http/retry-after.ts';
import { editHeaders } from '../../mime/edit.ts';
import { headerFacts } from '../../mime/facts.ts';
import type { Message } from '../../store/message.ts';
import { badRequest } from '../http/graph-error.ts';
import { accepted, type Reply } from '../http/reply.ts';
import { isMime, jsonBody, parameterOf } from '../http/request.ts';
import { messageOf } from '../messages/get.ts';
import type { MailboxCall } from '../routing.ts';
import { compose } from './compose.ts';
import { newDraft } from './create.ts';
import { booleanIn, isObject } from './input.ts';
import { draftPatch } from './message-input.ts';
import { mimeBody } from './mime-input.ts';

/** POST sendMail: JSON with or without a copy, or MIME, which always leaves one (FACTS.md E5, E6). */
export async function sendMail(call: MailboxCall): Promise<Reply> {
  if (isMime(call.request)) return submit(call, await mimeBody(call.request));
  const json = await jsonBody(call.request);
  const message = parameterOf(json, 'message');
  if (!isObject(message)) throw badRequest("The parameter 'Message' is missing.", 'ErrorInvalidParameter');
  const save = parameterOf(json, 'saveToSentItems');
  const raw = await compose(await newDraft(call, draftPatch(message, true), message));
  return submit(call, raw, { saveToSentItems: save === undefined || save === null ? true : booleanIn('saveToSentItems', save) });
}

/** POST messages/{}/send: the draft itself becomes the copy. */
export function sendDraft(call: MailboxCall): Reply {
  const draft = messageOf(call);
  if (!draft.isDraft || call.graph.submitted.has(draft)) throw badRequest('The message is no draft, or was submitted already.', 'ErrorInvalidRequest');
  return submit(call, draft.source.read(), { draft });
}

interface SubmitOptions {
  readonly saveToSentItems?: boolean;
  readonly draft?: Message;
}

/** Accepted, not delivered: what fails later comes back as mail. */
export function submit({ graph, mailbox, principal }: MailboxCall, given: Buffer, options: SubmitOptions = {}): Reply {
  const later = graph.faults.take('graph.accepted-later', { mailbox: mailbox.address });
  const wait = later && retryAfter(later.retryAfter, graph.clock.now(), 2);
  const reply: Reply = wait === undefined ? accepted : { ...accepted, headers: { 'Retry-After': wait } };
  if (later?.taken === false) return reply;
  const { from, to, cc, bcc } = headerFacts(given);
  const raw = from ? given : editHeaders(given, { add: [`From: <${mailbox.address}>`] });
  const rcptTo = [...to, ...cc, ...bcc].map(({ address }) => address);
  if (rcptTo.some((address) => !/^[^@\s]+@[^@\s]+$/.test(address))) throw badRequest('At least one recipient is not valid.', 'ErrorInvalidRecipients');
  const copy = graph.mailFlow.submit({
    mailbox,
    sender: principal.user ? { user: principal.user, app: principal.app } : { app: principal.app },
    mailFrom: from?.address ?? mailbox.address,
    rcptTo,
    raw,
    via: 'graph',
    ...options,
  });
  if (copy) graph.submitted.add(copy);
  return reply;
}
