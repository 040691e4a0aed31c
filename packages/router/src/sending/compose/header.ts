import { type InternetMessageId, MailError } from '@signalbox/core';
import { normalizeMessageId, parseMessageIds } from '@signalbox/kit';
import PostalMime from 'postal-mime';

/** One header field as it stands, folding and final line break included. */
export interface Field {
  readonly name: string;
  readonly text: string;
}

/** A message in two: its header, and what follows the empty line. */
export interface OpenedMessage {
  readonly fields: readonly Field[];
  /** To be read once. */
  readonly body: AsyncIterable<Uint8Array>;
}

const LARGEST_HEADER = 1024 * 1024;

/** Reads the header and no more (RFC 5322 §2.1). Throws `message.refused` for one without end. */
export async function openMessage(bytes: AsyncIterable<Uint8Array>): Promise<OpenedMessage> {
  const rest = bytes[Symbol.asyncIterator]();
  let head: Buffer = Buffer.alloc(0);
  for (;;) {
    const step = await rest.next();
    if (!step.done) head = Buffer.concat([head, step.value]);
    // One character per octet, so that 8-bit headers survive the round trip.
    const end = /^\r?\n|\r?\n\r?\n/.exec(head.toString('latin1', 0, LARGEST_HEADER + 4));
    if (end) return { fields: fieldsOf(head.toString('latin1', 0, end.index)), body: following(head.subarray(end.index + end[0].length), rest) };
    if (step.done) return { fields: fieldsOf(head.toString('latin1')), body: following(Buffer.alloc(0), rest) };
    if (head.byteLength > LARGEST_HEADER) throw new MailError('message.refused', `The header of the message is larger than ${LARGEST_HEADER} octets.`);
  }
}

async function* following(first: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    if (first.byteLength > 0) yield first;
    for (let step = await rest.next(); !step.done; step = await rest.next()) yield step.value;
  } finally {
    await rest.return?.();
  }
}

const fieldsOf = (head: string): readonly Field[] =>
  (head.match(/^[^\r\n]+(?:\r?\n[ \t][^\r\n]*)*(?:\r?\n)?/gm) ?? []).map((text) => ({
    name: text.slice(0, Math.max(0, text.indexOf(':'))).trim().toLowerCase(),
    text: `${text.replaceAll(/\r?\n/g, '\r\n').replace(/\r\n$/, '')}\r\n`,
  }));

/** A header as it is read: decoded, unfolded. */
export interface ReadHeader {
  readonly subject?: string;
  readonly messageId?: InternetMessageId;
  readonly inReplyTo?: InternetMessageId;
  readonly references: readonly InternetMessageId[];
  readonly has: (name: string) => boolean;
  /** The text of every field of this name. */
  readonly texts: (name: string) => readonly string[];
}

export async function readHeader(fields: readonly Field[]): Promise<ReadHeader> {
  const { headers, subject } = await PostalMime.parse(Buffer.from(`${fields.map(({ text }) => text).join('')}\r\n`, 'latin1'));
  const texts = (name: string): readonly string[] => headers.filter(({ key }) => key === name).map(({ value }) => value);
  const messageId = normalizeMessageId(texts('message-id')[0]);
  const inReplyTo = normalizeMessageId(texts('in-reply-to')[0]);
  return {
    has: (name) => fields.some((field) => field.name === name),
    texts,
    references: parseMessageIds(texts('references')[0]),
    ...(subject !== undefined && { subject }),
    ...(messageId !== undefined && { messageId }),
    ...(inReplyTo !== undefined && { inReplyTo }),
  };
}
