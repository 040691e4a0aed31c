import { badRequest } from '../http/graph-error.ts';
import { created, noContent, type Reply } from '../http/reply.ts';
import { jsonBody } from '../http/request.ts';
import { contextOf } from '../lens.ts';
import { MessageView } from '../messages/view.ts';
import type { AttachmentFacts } from '../../mime/facts.ts';
import type { MailboxCall } from '../routing.ts';
import { attachmentIn } from '../write/attachment-input.ts';
import { rewrite } from '../write/create.ts';
import { draftOf } from '../write/draft.ts';
import { type Attachment, attachmentsOf } from './attachment.ts';
import { needAttachment, viewOf } from './read.ts';
import { attachmentJson } from './show.ts';

/** What is larger goes through an upload session (FACTS.md E7). */
export const SMALLEST_SESSION = 3 * 1_024 * 1_024;

/** POST messages/{}/attachments */
export async function addAttachment(call: MailboxCall): Promise<Reply> {
  const view = await viewOf(call);
  const facts = await attachmentIn(await jsonBody(call.request), call.graph.clock.now());
  if (facts.content.byteLength >= SMALLEST_SESSION) throw badRequest('The maximum request length supported is 4MB.', 'ErrorMessageSizeExceeded');
  const { view: after, attachment } = await attach(view, facts);
  return created({ '@odata.context': contextOf(call, `messages('${encodeURIComponent(after.id)}')/attachments/$entity`), ...attachmentJson(after, attachment) });
}

/** The message with one more; attachments keep their ids. */
export async function attach(view: MessageView, facts: AttachmentFacts): Promise<{ readonly view: MessageView; readonly attachment: Attachment }> {
  const { lens, message } = view;
  const before = new Set(attachmentsOf(view).map(({ id }) => id));
  const draft = draftOf(view);
  await rewrite(lens.mailbox, message, { ...draft, attachments: [...draft.attachments, facts] });
  const after = await new MessageView(lens, message).load();
  const attachment = attachmentsOf(after).find(({ id }) => !before.has(id));
  if (!attachment) throw new Error('What was attached is not there.');
  return { view: after, attachment };
}

export async function removeAttachment(call: MailboxCall): Promise<Reply> {
  const view = await viewOf(call);
  const { id } = needAttachment(view, call.keys.at(-1) ?? '');
  const draft = draftOf(view);
  const kept = new Set(attachmentsOf(view).flatMap((attachment, index) => (attachment.id === id ? [] : [index])));
  await rewrite(call.mailbox, view.message, { ...draft, attachments: draft.attachments.filter((_attachment, index) => kept.has(index)) });
  return noContent;
}
