import type { Attachment, MessageSummary } from '@signalbox/core';
import { normalizeMessageId, parseMessageIds, reportTypeOf } from '@signalbox/kit';
import PostalMime, { addressParser, type Email } from 'postal-mime';
import type { MemoryFolder } from './server/folder.ts';
import type { StoredMessage } from './server/stored-message.ts';

/** The header alone, so that a listing never reads a body. */
function headerOf(raw: Uint8Array): Uint8Array {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  const end = bytes.indexOf('\r\n\r\n');
  return end === -1 ? bytes : bytes.subarray(0, end + 4);
}

export const parseHeader = (raw: Uint8Array): Promise<Email> => PostalMime.parse(headerOf(raw));

/** Every address of these headers, without display names. */
export const addressesOf = ({ headers }: Email, ...names: readonly string[]): readonly string[] =>
  headers
    .filter(({ key }) => names.includes(key))
    .flatMap(({ value }) => addressParser(value, { flatten: true }))
    .flatMap(({ address }) => (address ? [address] : []));

/** postal-mime answers the header itself where it is no date. */
function dateOf(date: string | undefined): Date | undefined {
  return date !== undefined && /^\d{4}-\d\d-\d\dT/.test(date) ? new Date(date) : undefined;
}

export async function toSummary(folder: MemoryFolder, message: StoredMessage): Promise<MessageSummary> {
  const email = await parseHeader(message.raw);
  const messageId = normalizeMessageId(email.messageId);
  const inReplyTo = normalizeMessageId(email.inReplyTo);
  const [sentAt, from, references] = [dateOf(email.date), addressesOf(email, 'from'), parseMessageIds(email.references)];
  const reportType = reportTypeOf(email.headers.find(({ key }) => key === 'content-type')?.value ?? '');
  return {
    ref: { folder: folder.id, key: message.key },
    receivedAt: message.receivedAt,
    keywords: message.keywords,
    size: message.raw.byteLength,
    ...(messageId !== undefined && { messageId }),
    ...(sentAt && { sentAt }),
    ...(email.subject !== undefined && { subject: email.subject }),
    ...(from.length > 0 && { from }),
    ...(inReplyTo !== undefined && { inReplyTo }),
    ...(references.length > 0 && { references }),
    ...(reportType !== undefined && { reportType }),
  };
}

/** An attachment with its decoded bytes. */
export interface DecodedAttachment {
  readonly attachment: Attachment;
  readonly bytes: Uint8Array;
}

const MEDIA_TYPE = /^[^\s/;]+\/[^\s/;]+$/;

/** What cannot be told apart is no attachment: a malformed tree yields none instead of an error. */
export async function decodeAttachments(raw: Uint8Array): Promise<readonly DecodedAttachment[]> {
  const email = await PostalMime.parse(raw, { forceRfc822Attachments: true }).catch(() => undefined);
  return (email?.attachments ?? []).map(({ content, contentId, disposition, filename, mimeType, related }, index) => {
    const mediaType = MEDIA_TYPE.test(mimeType) ? mimeType.toLowerCase() : 'application/octet-stream';
    const kind = mediaType === 'message/rfc822' ? 'message' : 'file';
    const bytes = bytesOf(content, kind);
    const id = normalizeMessageId(contentId);
    const attachment: Attachment = {
      id: String(index),
      kind,
      mediaType,
      size: bytes.byteLength,
      inline: disposition === 'inline' || related === true,
      ...(filename !== null && { filename }),
      ...(id !== undefined && { contentId: id }),
    };
    return { attachment, bytes };
  });
}

/** postal-mime ends every line of an attached message with a bare LF, also the last, whose end belongs to the delimiter that follows (RFC 2046 §5.1.1). */
function bytesOf(content: string | ArrayBuffer | Uint8Array, kind: Attachment['kind']): Uint8Array {
  const bytes = typeof content === 'string' ? Buffer.from(content) : Buffer.from(new Uint8Array(content));
  return kind === 'message' ? Buffer.from(bytes.toString('latin1').replace(/\n$/, '').replaceAll(/\r?\n/g, '\r\n'), 'latin1') : bytes;
}
