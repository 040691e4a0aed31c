import type { CallOptions } from './call-options.ts';
import type { FolderId, Keyword } from './identity.ts';
import type { MessageRef, MessageSummary } from './message.ts';

/** A position in one folder of one `refSpace`. Opaque, JSON-safe, free of secrets, at most 8 KiB. */
export type Cursor = string & { readonly __brand?: 'Cursor' };

export type ChangesSince =
  /** Everything the folder holds, then what comes. */
  | { readonly kind: 'beginning' }
  /** Nothing of what the folder holds; the first batch is empty and carries the cursor of this moment. */
  | { readonly kind: 'now' }
  /** Exactly what came after the batch that carried this cursor. */
  | { readonly kind: 'cursor'; readonly cursor: Cursor };

export interface ChangesRequest extends CallOptions {
  readonly folder: FolderId;
  readonly since: ChangesSince;
  /** Keep going after catching up, until `break`, abort or disposal. */
  readonly watch?: boolean;
  /** A hint from outside, such as a change notification: look now. Its end ends nothing. */
  readonly wake?: AsyncIterable<void>;
}

/**
 * Store `cursor` only after the whole batch is processed: delivery is at least once.
 * An empty batch is a sign of life; under `watch` one comes at least every five minutes.
 */
export interface ChangeBatch {
  readonly changes: readonly Change[];
  readonly cursor: Cursor;
  /**
   * Everything *visible* in the folder when this sweep began has been reported, with this batch included.
   * Nothing is promised by arrival time: mail moved or appended in later carries old dates.
   */
  readonly sweptAt: Date;
  /** No further change was known when this batch was made. */
  readonly caughtUp: boolean;
}

/** `message-updated` and `message-removed` are optional news; correctness never depends on them. */
export type Change =
  | { readonly type: 'message-added'; readonly message: MessageSummary }
  | { readonly type: 'message-updated'; readonly ref: MessageRef; readonly keywords: ReadonlySet<Keyword> }
  /** Expunged or moved away: the transport cannot tell which, and nobody should guess. */
  | { readonly type: 'message-removed'; readonly ref: MessageRef };
