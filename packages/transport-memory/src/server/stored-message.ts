import type { Keyword, MessageKey } from '@signalbox/core';

/** A message as the server keeps it: the bytes that arrived, never rebuilt. */
export interface StoredMessage {
  readonly key: MessageKey;
  readonly raw: Uint8Array;
  readonly receivedAt: Date;
  keywords: ReadonlySet<Keyword>;
}

/** A line of a folder's journal. `changes` reads it; its number is the position. */
export interface JournalEntry {
  readonly number: number;
  readonly type: 'added' | 'updated' | 'removed';
  readonly key: MessageKey;
}
