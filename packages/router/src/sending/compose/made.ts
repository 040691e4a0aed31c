import { Readable } from 'node:stream';
import { type EmailAddress, type InternetMessageId, MailError } from '@signalbox/core';
import MailComposer from 'nodemailer/lib/mail-composer';
import type { OutgoingAttachment, OutgoingFields } from '../mail.ts';

export interface MakeOptions {
  readonly messageId: InternetMessageId;
  readonly date: Date;
  readonly from: string | EmailAddress;
}

/** Fields that the message is made of, and that nobody may write beside them. */
const RESERVED = /^(?:from|sender|to|cc|bcc|reply-to|subject|date|message-id|in-reply-to|references|auto-submitted|mime-version|content-.*|received|return-path|resent-.*|dkim-signature)$/i;

/** Makes a message of fields. It has no Bcc: who else gets it says the envelope. Attachments are read as the message is. */
export function makeMessage(fields: OutgoingFields, { messageId, date, from }: MakeOptions): AsyncIterable<Uint8Array> {
  const { to = [], cc = [], replyTo = [], references = [], inReplyTo, subject, text, html, attachments = [] } = fields;
  const composer = new MailComposer({
    from,
    to: [...to],
    cc: [...cc],
    replyTo: [...replyTo],
    ...(subject !== undefined && { subject }),
    ...(html !== undefined && { html }),
    ...((text !== undefined || html === undefined) && { text: text ?? '' }),
    ...(inReplyTo !== undefined && { inReplyTo: `<${inReplyTo}>` }),
    ...(references.length > 0 && { references: references.map((id) => `<${id}>`).join(' ') }),
    messageId: `<${messageId}>`,
    date,
    headers: headersOf(fields),
    attachments: attachments.map(attachmentOf),
    newline: 'windows',
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return composer.compile().createReadStream();
}

function headersOf({ headers = {}, autoSubmitted }: OutgoingFields): Record<string, string> {
  for (const [name, value] of Object.entries(headers)) {
    if (/^[\u0021-\u0039\u003B-\u007E]+$/.test(name) && !RESERVED.test(name) && !/[\r\n\0]/.test(value)) continue; // RFC 5322 §2.2
    throw new MailError('message.refused', `The header field ${JSON.stringify(name)} cannot be given: it is no field name, spans lines, or has a field of its own.`, {
      remedy: { who: 'operator', action: 'fix-config', text: `Leave ${JSON.stringify(name)} out of "headers".` },
    });
  }
  return { ...headers, ...(autoSubmitted && { 'Auto-Submitted': autoSubmitted }) };
}

type ComposerAttachment = NonNullable<NonNullable<ConstructorParameters<typeof MailComposer>[0]>['attachments']>[number];

function attachmentOf({ content, filename, mediaType, contentId }: OutgoingAttachment): ComposerAttachment {
  return {
    content: Readable.from(content.open()),
    ...(filename !== undefined && { filename }),
    ...(mediaType !== undefined && { contentType: mediaType }),
    ...(contentId !== undefined && { cid: contentId, contentDisposition: 'inline' as const }),
  };
}
