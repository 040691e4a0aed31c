import type { Content, EmailAddress } from '@signalbox/core';
import type { OutgoingAttachment, OutgoingFields, OutgoingMail, OutgoingMessage } from '../mail.ts';
import { isWholeMessage } from '../mail.ts';
import { addressesWithout, uniqueAddresses } from './addresses.ts';
import type { Original } from './original.ts';
import { forwardSubject, referencesOf, replyAddresses, replySubject, threadOf } from './thread.ts';

export interface ReplyOptions {
  /** Also to whoever else got the original. */
  readonly all?: boolean;
}

/** A reply says where it belongs, and goes to whoever the original asks; what the reply says itself stands. */
export function replyTo(original: Original, reply: OutgoingMail, own: EmailAddress, { all = false }: ReplyOptions = {}): OutgoingMail {
  if (isWholeMessage(reply)) return { ...threadOf(original), ...reply } satisfies OutgoingMessage;
  const to = reply.to ?? replyAddresses(original);
  const others = addressesWithout(uniqueAddresses([...(original.to ?? []), ...(original.cc ?? [])]), [own, ...replyAddresses(original)]);
  const cc = [...(reply.cc ?? []), ...(all ? others : [])];
  return { ...threadOf(original), ...reply, to, subject: reply.subject ?? replySubject(original.subject), ...(cc.length > 0 && { cc }) };
}

/** The original goes along whole, as a message within the message (RFC 2046 §5.2.1): nothing of it is rewritten. */
export function forwardOf(original: Original, content: Content, forward: OutgoingFields): OutgoingFields {
  const references = referencesOf(original);
  const enclosed: OutgoingAttachment = { content, filename: `${fileNameOf(original.subject)}.eml`, mediaType: 'message/rfc822' };
  return {
    ...(references.length > 0 && { references }),
    ...forward,
    subject: forward.subject ?? forwardSubject(original.subject),
    attachments: [...(forward.attachments ?? []), enclosed],
  };
}

const fileNameOf = (subject = ''): string => subject.replaceAll(/[^\p{L}\p{N}._ -]+/gu, ' ').replaceAll(/\s+/g, ' ').trim().slice(0, 60) || 'message';
