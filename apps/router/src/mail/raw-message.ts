import type { EmailAddress, InternetMessageId } from '@signalbox/core';
import { normalizeMessageId } from '@signalbox/kit';
import addressparser from 'nodemailer/lib/addressparser';
import { newMessageId } from './compose.ts';

/** One header field as it stands, folding and final line break included. */
interface Field {
  readonly name: string;
  readonly text: string;
}

export interface RawMessage {
  readonly fields: readonly Field[];
  readonly body: Buffer;
}

/** Takes a finished message apart at the end of its header; the body stays as it is (RFC 5322 §2.1). */
export function parseMessage(bytes: Buffer): RawMessage {
  const text = bytes.toString('latin1'); // one character per octet: 8-bit headers survive the round trip
  const end = /^\r?\n|\r?\n\r?\n/.exec(text);
  const head = end ? text.slice(0, end.index + (end.index === 0 ? 0 : end[0].length / 2)) : text;
  const fields = (head.match(/^[^\r\n]+(?:\r?\n[ \t][^\r\n]*)*(?:\r?\n)?/gm) ?? []).map((text) => ({
    name: text.slice(0, Math.max(0, text.indexOf(':'))).trim().toLowerCase(),
    text: `${text.replaceAll(/\r?\n/g, '\r\n').replace(/\r\n$/, '')}\r\n`,
  }));
  return { fields, body: end ? bytes.subarray(end.index + end[0].length) : Buffer.alloc(0) };
}

const value = ({ text }: Field): string => Buffer.from(text.slice(text.indexOf(':') + 1), 'latin1').toString('utf8').replaceAll(/\r\n(?=[ \t])/g, '').trim();

/** The message as it was, with the line breaks of RFC 5322 in its header. */
export const bytesOf = ({ fields, body }: RawMessage): Buffer => Buffer.concat([Buffer.from(`${fields.map(({ text }) => text).join('')}\r\n`, 'latin1'), body]);

/** The addresses of every field with this name, groups flattened. */
export const addressesIn = ({ fields }: RawMessage, name: string): readonly EmailAddress[] =>
  fields.filter((field) => field.name === name).flatMap((field) => addressparser(value(field), { flatten: true }).map(({ address }) => address).filter(Boolean));

export const messageIdOf = ({ fields }: RawMessage): InternetMessageId | undefined => {
  const field = fields.find(({ name }) => name === 'message-id');
  return field && normalizeMessageId(value(field));
};

export interface CompleteOptions {
  readonly now: Date;
  readonly from: EmailAddress;
  readonly bcc: readonly EmailAddress[];
  readonly keepBcc: boolean;
}

/** Adds what a submission must have and the message lacks (From, Date, Message-ID); Bcc is written only where the server reads it. */
export function completeMessage(message: RawMessage, { now, from, bcc, keepBcc }: CompleteOptions): { readonly bytes: Buffer; readonly messageId: InternetMessageId } {
  const known = messageIdOf(message);
  const messageId = known ?? newMessageId(from);
  const has = (name: string): boolean => message.fields.some((field) => field.name === name);
  const kept = message.fields.filter(({ name }) => name !== 'bcc' && !(name === 'message-id' && !known));
  const header = [
    ...(known ? [] : [`Message-ID: <${messageId}>\r\n`]),
    ...(has('date') ? [] : [`Date: ${now.toUTCString().replace('GMT', '+0000')}\r\n`]),
    ...(has('from') ? [] : [`From: ${from}\r\n`]),
    ...kept.map(({ text }) => text),
    ...(keepBcc && bcc.length > 0 ? [`Bcc: ${bcc.join(',\r\n ')}\r\n`] : []),
  ].join('');
  return { bytes: Buffer.concat([Buffer.from(`${header}\r\n`, 'latin1'), message.body]), messageId };
}
