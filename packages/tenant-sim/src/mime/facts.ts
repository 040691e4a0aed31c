import libmime from 'libmime';
import addressparser from 'nodemailer/lib/addressparser';
import { normalizeMessageId, parseMessageIds } from '@signalbox/kit';
import PostalMime from 'postal-mime';
import { attachedContents } from './contents.ts';
import { bodyOffset, type HeaderField, headerText, headerValue, parseHeaders } from './headers.ts';

export interface Mailbox {
  readonly name?: string;
  readonly address: string;
}

/** What a message's header says, decoded. Absent is what it does not say. */
export interface HeaderFacts {
  readonly fields: readonly HeaderField[];
  readonly subject?: string;
  readonly from?: Mailbox;
  readonly sender?: Mailbox;
  readonly to: readonly Mailbox[];
  readonly cc: readonly Mailbox[];
  readonly bcc: readonly Mailbox[];
  readonly replyTo: readonly Mailbox[];
  /** The Message-ID as it stands there, angle brackets and all: what Graph calls internetMessageId. */
  readonly internetMessageId?: string;
  /** The same without brackets. */
  readonly messageId?: string;
  readonly inReplyTo?: string;
  readonly references: readonly string[];
  readonly sentAt?: Date;
}

export interface BodyFacts {
  readonly html?: string;
  readonly text?: string;
  readonly attachments: readonly AttachmentFacts[];
}

export interface AttachmentFacts {
  readonly name?: string;
  readonly contentType: string;
  readonly isInline: boolean;
  /** Without brackets. */
  readonly contentId?: string;
  readonly content: Buffer;
}

export function headerFacts(raw: Buffer): HeaderFacts {
  const fields = parseHeaders(raw.subarray(0, bodyOffset(raw)));
  const text = (name: string): string | undefined => headerValue(fields, name);
  const decoded = (name: string): string | undefined => {
    const value = text(name);
    return value === undefined ? undefined : libmime.decodeWords(headerText(value));
  };
  const [from] = addressesOf(fields, 'from');
  const [sender] = addressesOf(fields, 'sender');
  const subject = decoded('subject');
  const internetMessageId = text('message-id');
  const messageId = normalizeMessageId(internetMessageId);
  const inReplyTo = parseMessageIds(text('in-reply-to') ?? '')[0];
  const sentAt = new Date(text('date') ?? Number.NaN);
  return {
    fields,
    to: addressesOf(fields, 'to'),
    cc: addressesOf(fields, 'cc'),
    bcc: addressesOf(fields, 'bcc'),
    replyTo: addressesOf(fields, 'reply-to'),
    references: parseMessageIds(text('references') ?? ''),
    ...(subject !== undefined && { subject }),
    ...(from && { from }),
    ...(sender && { sender }),
    ...(internetMessageId !== undefined && { internetMessageId }),
    ...(messageId !== undefined && { messageId }),
    ...(inReplyTo !== undefined && { inReplyTo }),
    ...(!Number.isNaN(sentAt.getTime()) && { sentAt }),
  };
}

/** What `headerFacts` has as `sentAt`, an order of magnitude sooner. */
export function headerDate(raw: Buffer): Date | undefined {
  const value = /^date[ \t]*:(.*(?:\r?\n[ \t].*)*)/im.exec(raw.toString('latin1', 0, bodyOffset(raw)))?.[1];
  const date = new Date(value?.replaceAll(/\r?\n/g, '').trim() ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

export async function bodyFacts(raw: Buffer): Promise<BodyFacts> {
  const { html, text, attachments } = await PostalMime.parse(raw, { forceRfc822Attachments: true });
  const exact = attachedContents(raw);
  // Where both see the same parts, their octets are taken as they stand.
  const isSame = exact.length === attachments.length && exact.every(({ contentType }, index) => contentType === attachments[index]?.mimeType.toLowerCase());
  return {
    ...(html !== undefined && { html }),
    ...(text !== undefined && { text }),
    attachments: attachments.map(({ filename, mimeType, disposition, contentId, content }, index) => ({
      contentType: mimeType,
      isInline: disposition === 'inline',
      content: (isSame ? exact[index]?.content : undefined) ?? (typeof content === 'string' ? Buffer.from(content) : Buffer.from(content as ArrayBuffer)),
      ...(filename !== null && { name: filename }),
      ...(contentId !== undefined && { contentId: contentId.replaceAll(/^<|>$/g, '') }),
    })),
  };
}

/** All mailboxes of all fields of this name; groups are taken apart. */
function addressesOf(fields: readonly HeaderField[], name: string): readonly Mailbox[] {
  const values = fields.filter((field) => field.name.toLowerCase() === name).map(({ value }) => headerText(value));
  return addressparser(values.join(', '), { flatten: true })
    .filter(({ address }) => address !== '')
    .map(({ name: displayName, address }) => ({ address, ...(displayName !== '' && { name: libmime.decodeWords(displayName) }) }));
}
