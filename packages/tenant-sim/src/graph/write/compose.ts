import MailComposer from 'nodemailer/lib/mail-composer';
import type { AttachmentFacts, Mailbox as Address } from '../../mime/facts.ts';
import type { Draft } from './draft.ts';

const addresses = (list: readonly Address[]) => list.map(({ name = '', address }) => ({ name, address }));

/** The MIME text of a draft. Bcc stays in it: it is the sender's own copy. */
export async function compose(draft: Draft): Promise<Buffer> {
  const { from, sender, subject, body, inReplyTo, references } = draft;
  const receiptTo = from?.address ?? '';
  const node = new MailComposer({
    to: addresses(draft.to),
    cc: addresses(draft.cc),
    bcc: addresses(draft.bcc),
    replyTo: addresses(draft.replyTo),
    messageId: `<${draft.messageId}>`,
    date: draft.sentAt,
    references: references.map((id) => `<${id}>`),
    attachments: draft.attachments.map((attachment) => attached(attachment)),
    disableFileAccess: true,
    disableUrlAccess: true,
    headers: [
      ...[...draft.headers, ...draft.namedHeaders].map(({ name, value }) => ({ key: name, value })),
      ...(draft.asksForReadReceipt ? [{ key: 'Disposition-Notification-To', value: receiptTo }] : []),
      ...(draft.asksForDeliveryReceipt ? [{ key: 'Return-Receipt-To', value: receiptTo }] : []),
    ],
    ...(from && { from: { name: from.name ?? '', address: from.address } }),
    ...(sender && { sender: { name: sender.name ?? '', address: sender.address } }),
    ...(subject !== undefined && { subject }),
    ...(inReplyTo !== undefined && { inReplyTo: `<${inReplyTo}>` }),
    ...(body && (body.contentType === 'html' ? { html: body.content } : { text: body.content })),
  }).compile();
  node.keepBcc = true;
  return Buffer.from(await node.build());
}

function attached({ name, contentType, isInline, contentId, content }: AttachmentFacts) {
  return {
    content,
    contentType,
    filename: name ?? (false as const),
    contentDisposition: isInline ? ('inline' as const) : ('attachment' as const),
    ...(contentId !== undefined && { cid: contentId }),
  };
}
