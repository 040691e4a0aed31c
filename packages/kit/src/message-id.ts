import type { InternetMessageId } from '@signalbox/core';

/**
 * The msg-id of a Message-ID or In-Reply-To header without angle brackets, folding and surrounding space.
 * Absent for an empty header. What is not a msg-id by RFC 5322 §3.6.4 is kept as it stands: senders do write such ids,
 * and two doors that show the same text must bind.
 */
export function normalizeMessageId(header: string | null | undefined): InternetMessageId | undefined {
  if (!header) return undefined;
  const bracketed = /<([^<>]*)>/.exec(header);
  const id = (bracketed?.[1] ?? header).replaceAll(/\s+/g, '');
  return id === '' ? undefined : id;
}

/** Every msg-id of a References or In-Reply-To header, in order. */
export function parseMessageIds(header: string | null | undefined): readonly InternetMessageId[] {
  if (!header) return [];
  const bracketed = header.match(/<[^<>]*>/g) ?? header.trim().split(/\s+/);
  return bracketed.map(normalizeMessageId).filter((id) => id !== undefined);
}
