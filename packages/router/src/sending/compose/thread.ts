import type { EmailAddress, InternetMessageId } from '@signalbox/core';
import type { Original } from './original.ts';

/** Replies in the languages whose mail programs write a prefix of their own: one is enough. */
const REPLY = /^\s*(?:re|aw|sv|vs|antw|odp|rif|res|ynt)\s*(?:\[\d+\])?\s*:/i;
const FORWARD = /^\s*(?:fwd?|wg|tr|rv|enc|i|doorst|vb|vl|pd)\s*(?:\[\d+\])?\s*:/i;

/** RFC 5322 §3.6.5. */
export const replySubject = (subject = ''): string => (REPLY.test(subject) ? subject : `Re: ${subject}`);
export const forwardSubject = (subject = ''): string => (FORWARD.test(subject) ? subject : `Fwd: ${subject}`);

/** A thread of thousands would fill the header, and its middle tells nobody anything: RFC 5537 §3.4.4 trims in the same way. */
const MOST_REFERENCES = 25;

/** RFC 5322 §3.6.4: the parent's References, else its In-Reply-To where that names one message, and then the parent itself. */
export function referencesOf({ messageId, references = [], inReplyTo }: Original): readonly InternetMessageId[] {
  const ancestors = references.length === 0 && inReplyTo !== undefined ? [inReplyTo] : references;
  const all = [...new Set([...ancestors, ...(messageId === undefined ? [] : [messageId])])];
  return all.length <= MOST_REFERENCES ? all : [...all.slice(0, 1), ...all.slice(1 - MOST_REFERENCES)];
}

export interface Thread {
  readonly inReplyTo?: InternetMessageId;
  readonly references?: readonly InternetMessageId[];
}

export function threadOf(original: Original): Thread {
  const references = referencesOf(original);
  return { ...(original.messageId !== undefined && { inReplyTo: original.messageId }), ...(references.length > 0 && { references }) };
}

/** Where a reply goes: Reply-To, else From (RFC 5322 §3.6.2). */
export const replyAddresses = ({ replyTo = [], from = [] }: Original): readonly EmailAddress[] => (replyTo.length > 0 ? replyTo : from);
