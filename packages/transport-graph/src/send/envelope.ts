import { type EmailAddress, type Envelope, MailError } from '@signalbox/core';
import type { LetterHeader } from './mime/letter-header.ts';

/**
 * Graph sends to To, Cc and Bcc of the message and knows no envelope (FACTS.md E5, E6). One that differs is refused before anything has left.
 * The return path is the sender's own mailbox, so that a sender nobody names in the header cannot be had either.
 */
export function demandEnvelopeOfHeaders({ mailFrom, rcptTo }: Envelope, { from, sender, to, cc, bcc }: LetterHeader, mailbox: EmailAddress): void {
  const named = new Set([...to, ...cc, ...bcc].map(({ address }) => folded(address)));
  const wanted = new Set(rcptTo.map((address) => folded(address)));
  const unnamed = wanted.difference(named).size;
  const surplus = named.difference(wanted).size;
  if (unnamed > 0 || surplus > 0) {
    throw new MailError(
      'capability.unsupported',
      `Graph sends to the addresses in To, Cc and Bcc: ${unnamed} of the envelope's ${wanted.size} recipients are not among them, and ${surplus} others are.`,
    );
  }
  const senders = [mailbox, from?.address, sender?.address].map((address) => folded(address ?? ''));
  if (!senders.includes(folded(mailFrom))) throw new MailError('capability.unsupported', 'Graph sends as the mailbox or as the From address, and the sender of the envelope is neither.');
}

/** Exchange takes no notice of case, in both parts. */
const folded = (address: string): string => address.trim().toLowerCase();
