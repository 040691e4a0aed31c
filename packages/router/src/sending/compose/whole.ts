import type { EmailAddress, InternetMessageId } from '@signalbox/core';
import type { OutgoingMessage } from '../mail.ts';
import { dateHeader } from '../stamp.ts';
import type { Field, OpenedMessage } from './header.ts';

export interface CompleteOptions {
  readonly messageId: InternetMessageId;
  readonly date: Date;
  readonly from: EmailAddress;
}

/**
 * The message as it will be sent. Its own Message-ID gives way to the stamp: a program that gives one id to two mails would otherwise have the
 * second taken for sent when only the first was. Bcc is taken out here, and put in again where a server reads recipients from the header.
 */
export async function* completeMessage({ fields, body }: OpenedMessage, given: OutgoingMessage, { messageId, date, from }: CompleteOptions): AsyncGenerator<Uint8Array, void, undefined> {
  const has = (name: string): boolean => fields.some((field) => field.name === name);
  const added = [
    `Message-ID: <${messageId}>\r\n`,
    ...(has('date') ? [] : [`Date: ${dateHeader(date)}\r\n`]),
    ...(has('from') ? [] : [`From: ${from}\r\n`]),
    ...threadFields(given, has),
  ];
  yield Buffer.from(`${added.join('')}${fields.filter(isKept).map(({ text }) => text).join('')}\r\n`, 'latin1');
  yield* body;
}

const isKept = ({ name }: Field): boolean => name !== 'message-id' && name !== 'bcc';

function threadFields({ inReplyTo, references = [] }: OutgoingMessage, has: (name: string) => boolean): readonly string[] {
  if (has('in-reply-to') || has('references')) return [];
  return [
    ...(inReplyTo === undefined ? [] : [`In-Reply-To: <${inReplyTo}>\r\n`]),
    ...(references.length === 0 ? [] : [`References: ${references.map((id) => `<${id}>`).join('\r\n ')}\r\n`]),
  ];
}
