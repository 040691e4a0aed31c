import type { EmailAddress, InternetMessageId, MessageSummary } from '@signalbox/core';
import { addressesIn } from './addresses.ts';
import { openMessage, readHeader } from './header.ts';

/** What a reply or a forward has to know of the message it is about. All of it is optional: a message that is gone can still be answered by what the ledger knows. */
export interface Original {
  readonly messageId?: InternetMessageId;
  readonly inReplyTo?: InternetMessageId;
  /** Oldest first. */
  readonly references?: readonly InternetMessageId[];
  readonly subject?: string;
  readonly from?: readonly EmailAddress[];
  readonly replyTo?: readonly EmailAddress[];
  readonly to?: readonly EmailAddress[];
  readonly cc?: readonly EmailAddress[];
}

/** By what the ledger knows: enough for a reply to the sender. */
export const originalOfSummary = ({ messageId, inReplyTo, references, subject, from }: Partial<MessageSummary>): Original => ({
  ...(messageId !== undefined && { messageId }),
  ...(inReplyTo !== undefined && { inReplyTo }),
  ...(references && { references }),
  ...(subject !== undefined && { subject }),
  ...(from && { from }),
});

/** By the message itself, of which no more than the header is read: everybody whom a reply to all goes to. */
export async function readOriginal(bytes: AsyncIterable<Uint8Array>): Promise<Original> {
  const { fields, body } = await openMessage(bytes);
  const header = await readHeader(fields);
  for await (const _ of body) break; // whoever made the bytes is told that nobody reads on
  const { messageId, inReplyTo, references, subject } = header;
  const addresses = (name: string): readonly EmailAddress[] => addressesIn(header.texts(name));
  return {
    ...(messageId !== undefined && { messageId }),
    ...(inReplyTo !== undefined && { inReplyTo }),
    ...(subject !== undefined && { subject }),
    references,
    from: addresses('from'),
    replyTo: addresses('reply-to'),
    to: addresses('to'),
    cc: addresses('cc'),
  };
}
