import type { MessageSummary } from '@signalbox/core';

/** All but the ref, which is opaque: that it names this message shows where sources are fetched by it. */
export const essence = (message: MessageSummary): unknown => [
  message.messageId,
  message.subject,
  message.from,
  message.sentAt?.toISOString(),
  message.receivedAt.toISOString(),
  [...message.keywords].toSorted(),
  message.size,
  message.inReplyTo ?? null,
  message.references ?? [],
];
