import { createHash } from 'node:crypto';
import type { InternetMessageId, MessageSummary } from '@signalbox/core';
import { normalizeMessageId } from '@signalbox/kit';

/** By what a message object is known again, without anything readable in it. */
export interface Identity {
  /** Absent where the message has no Message-ID. */
  readonly idKey?: string;
  readonly factsKey: string;
  /** Milliseconds, the server's clock. */
  readonly arrivedAt: number;
  /** Of what the source begins with. Read only where a message without a Message-ID has to be told from another. */
  readonly contentKey?: string;
}

export function identityOf(message: MessageSummary): Identity {
  const idKey = idKeyOf(message.messageId);
  return { ...(idKey !== undefined && { idKey }), factsKey: factsKeyOf(message), arrivedAt: message.receivedAt.getTime() };
}

/** Absent for a message without one. */
export function idKeyOf(messageId: InternetMessageId | undefined): string | undefined {
  const id = normalizeMessageId(messageId);
  return id === undefined ? undefined : digest(id);
}

/**
 * Of what doors agree on about a message: From, Subject and Date. Doors fold and space a subject in their own ways, and a date is told to the
 * second (RFC 5322 §3.3), so neither counts.
 */
export function factsKeyOf({ from, subject, sentAt }: Pick<MessageSummary, 'from' | 'subject' | 'sentAt'>): string {
  const senders = (from ?? []).map((address) => address.toLowerCase()).sort();
  const words = subject?.replaceAll(/\s+/g, ' ').trim() ?? '';
  return digest(JSON.stringify([senders, words, sentAt ? Math.floor(sentAt.getTime() / 1000) : null]));
}

/** 128 bits: nobody meets a second text with the same ones by accident, and whoever makes one on purpose has chosen its Message-ID anyway. */
export const digest = (text: string | Uint8Array): string => createHash('sha256').update(text).digest().subarray(0, 16).toString('base64url');
