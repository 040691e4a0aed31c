import type { EmailAddress, InternetMessageId } from '@signalbox/core';

/**
 * The Message-ID of an entry, and the stamp by which a mail is known again wherever it lies: headers of one's own may be dropped on the way
 * (FACTS.md E6). The domain is the sender's, as RFC 5322 §3.6.4 recommends; an address without one has no name to lend.
 */
export function stampOf(entryId: string, from: EmailAddress): InternetMessageId {
  const domain = from.slice(from.lastIndexOf('@') + 1);
  return `${entryId}@${/^[A-Za-z0-9.-]+$/.test(domain) ? domain.toLowerCase() : 'signalbox.invalid'}`;
}

/** A Date header (RFC 5322 §3.3). */
export const dateHeader = (at: Date): string => at.toUTCString().replace('GMT', '+0000');
