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
  const bracketed = header.match(/<[^<>]*>/g);
  if (!bracketed) return header.trim().split(/\s+/).map(normalizeMessageId).filter((id) => id !== undefined);
  const ids: InternetMessageId[] = [];
  // Runs for every message of a listing, and hardly any id is folded: what need not be replaced is not.
  for (const text of bracketed) {
    const id = text.slice(1, -1);
    const plain = SPACE.test(id) ? id.replaceAll(/\s+/g, '') : id;
    if (plain !== '') ids.push(plain);
  }
  return ids;
}

const SPACE = /\s/;
