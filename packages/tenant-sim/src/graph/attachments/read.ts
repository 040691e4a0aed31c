import { itemNotFound, malformedId } from '../http/graph-error.ts';
import { ok, plain, type Reply } from '../http/reply.ts';
import { contextOf, lensOf } from '../lens.ts';
import { messageOf } from '../messages/get.ts';
import { MessageView } from '../messages/view.ts';
import { parseOptions } from '../odata/options.ts';
import type { MailboxCall } from '../routing.ts';
import { type Attachment, attachmentsOf } from './attachment.ts';
import { attachmentJson, type AttachmentOptions, showAttachment } from './show.ts';

export const viewOf = (call: MailboxCall): Promise<MessageView> => new MessageView(lensOf(call), messageOf(call)).load();

export function needAttachment(view: MessageView, id: string): Attachment {
  const attachment = attachmentsOf(view).find((candidate) => candidate.id === id);
  if (attachment) return attachment;
  throw /^[\w-]+={0,2}$/.test(id) ? itemNotFound() : malformedId();
}

export async function listAttachments(call: MailboxCall): Promise<Reply> {
  const view = await viewOf(call);
  const { select, top, skip, count } = parseOptions(call.request.query);
  const attachments = attachmentsOf(view);
  const page = attachments.slice(skip, top === undefined ? undefined : skip + top);
  return ok({
    '@odata.context': contextOf(call, `messages('${encodeURIComponent(view.id)}')/attachments`),
    ...(count && { '@odata.count': attachments.length }),
    value: page.map((attachment) => attachmentJson(view, attachment, select)),
  });
}

export async function countAttachments(call: MailboxCall): Promise<Reply> {
  return plain(String(attachmentsOf(await viewOf(call)).length));
}

export async function getAttachment(call: MailboxCall): Promise<Reply> {
  const view = await viewOf(call);
  const attachment = needAttachment(view, call.keys.at(-1) ?? '');
  const { select, expand } = parseOptions(call.request.query);
  const options: AttachmentOptions = { expandItem: expand.some(({ name }) => /^microsoft\.graph\.itemattachment\/item$/i.test(name)), ...(select && { select }) };
  return ok({ '@odata.context': contextOf(call, `messages('${encodeURIComponent(view.id)}')/attachments/$entity`), ...(await showAttachment(view, attachment, options)) });
}

/** The bytes of a file, the MIME text of an attached message. */
export async function getAttachmentValue(call: MailboxCall): Promise<Reply> {
  const { content, contentType, kind } = needAttachment(await viewOf(call), call.keys.at(-1) ?? '');
  return plain(content, kind === 'item' ? 'text/plain' : contentType);
}
