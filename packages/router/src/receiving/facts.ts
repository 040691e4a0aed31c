import type { EmailAddress, InternetMessageId, MessageSummary } from '@signalbox/core';
import { type MessageKind, kindOfSummary } from './kind.ts';

/** What a consumer is told of a message without reading it. It is kept while the delivery is open, sealed. */
export interface MessageFacts {
  readonly kind: MessageKind;
  readonly messageId?: InternetMessageId;
  readonly from?: readonly EmailAddress[];
  readonly subject?: string;
  readonly sentAt?: Date;
  readonly inReplyTo?: InternetMessageId;
  readonly references?: readonly InternetMessageId[];
  readonly size?: number;
}

type Written = Omit<MessageFacts, 'sentAt'> & { readonly sentAt?: string };

/** A reply carries at most so many references on: a thread that is older than that is found by its newest ones. */
const MOST_REFERENCES = 50;

export function factsOf(message: MessageSummary): MessageFacts {
  const { messageId, from, subject, sentAt, inReplyTo, references, size } = message;
  return {
    kind: kindOfSummary(message),
    ...(messageId !== undefined && { messageId }),
    ...(from !== undefined && { from }),
    ...(subject !== undefined && { subject }),
    ...(sentAt !== undefined && { sentAt }),
    ...(inReplyTo !== undefined && { inReplyTo }),
    ...(references !== undefined && { references: references.slice(-MOST_REFERENCES) }),
    ...(size !== undefined && { size }),
  };
}

export const writeFacts = (facts: MessageFacts): string => JSON.stringify(facts);

/** A delivery that is closed has no facts left. */
export function readFacts(text: string | undefined): MessageFacts {
  if (text === undefined) return { kind: 'message' };
  const { sentAt, ...facts } = JSON.parse(text) as Written;
  return { ...facts, ...(sentAt !== undefined && { sentAt: new Date(sentAt) }) };
}
