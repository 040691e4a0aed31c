import type { AttachmentFacts, Mailbox as Address } from '../../mime/facts.ts';
import { headerText } from '../../mime/headers.ts';
import type { MessageView } from '../messages/view.ts';
import type { ShownBody } from '../messages/content.ts';

/** What a message made of JSON says: between what clients send and the MIME text that is kept. */
export interface Draft {
  readonly from?: Address;
  readonly sender?: Address;
  readonly to: readonly Address[];
  readonly cc: readonly Address[];
  readonly bcc: readonly Address[];
  readonly replyTo: readonly Address[];
  readonly subject?: string;
  readonly body?: ShownBody;
  readonly messageId: string;
  readonly sentAt: Date;
  readonly inReplyTo?: string;
  readonly references: readonly string[];
  readonly asksForReadReceipt: boolean;
  readonly asksForDeliveryReceipt: boolean;
  /** Fields of the sender's own. */
  readonly headers: readonly HeaderLine[];
  /** Fields that extended properties stand for, of any name. */
  readonly namedHeaders: readonly HeaderLine[];
  readonly attachments: readonly AttachmentFacts[];
}

export interface HeaderLine {
  readonly name: string;
  readonly value: string;
}

export const EMPTY: Omit<Draft, 'messageId' | 'sentAt'> = { to: [], cc: [], bcc: [], replyTo: [], references: [], asksForReadReceipt: false, asksForDeliveryReceipt: false, headers: [], namedHeaders: [], attachments: [] };

/** The header field behind a property of PS_INTERNET_HEADERS, which becomes one when the message leaves (MS-OXCMAIL). */
export const headerNamedBy = (propertyId: string): string | undefined => /^string \{00020386-0000-0000-c000-000000000046\} name ([!-9;-~]+)$/i.exec(propertyId)?.[1];

/** The domain of Message-IDs that are given here. */
export const newMessageId = (address: string): string => `${crypto.randomUUID()}@${address.slice(address.indexOf('@') + 1)}`;

/** What is there, to be changed. After the body has been loaded. */
export function draftOf({ headers, body, message, lens }: MessageView): Draft {
  const has = (name: string): boolean => headers.fields.some((field) => field.name.toLowerCase() === name);
  const { from, sender, subject, inReplyTo } = headers;
  const fields = headers.fields.map(({ name, value }) => ({ name, value: headerText(value) }));
  const named = new Set(Object.keys(message.properties).flatMap((id) => headerNamedBy(id)?.toLowerCase() ?? []));
  return {
    to: headers.to,
    cc: headers.cc,
    bcc: headers.bcc,
    replyTo: headers.replyTo,
    references: headers.references,
    messageId: headers.messageId ?? newMessageId(lens.mailbox.address),
    sentAt: headers.sentAt ?? new Date(message.createdAt),
    asksForReadReceipt: has('disposition-notification-to'),
    asksForDeliveryReceipt: has('return-receipt-to'),
    headers: fields.filter(({ name }) => /^x-/i.test(name) && !named.has(name.toLowerCase())),
    namedHeaders: fields.filter(({ name }) => named.has(name.toLowerCase())),
    attachments: body.attachments,
    ...(from && { from }),
    ...(sender && { sender }),
    ...(subject !== undefined && { subject }),
    ...(inReplyTo !== undefined && { inReplyTo }),
    ...(body.html !== undefined ? { body: { contentType: 'html', content: body.html } } : body.text !== undefined && { body: { contentType: 'text', content: body.text } }),
  };
}
