import type { CallOptions } from './call-options.ts';
import type { Content } from './content.ts';
import type { FolderId, Keyword } from './identity.ts';
import type { MessageRef } from './message.ts';

/** Changes a mailbox. A return means all of it happened; otherwise it throws, `PartialFailureError` when some of it did. */
export interface Mutate {
  readonly traits: MutateTraits;
  /** Throws `capability.unsupported`, changing nothing, if any keyword cannot be stored. Missing messages: `message.not-found` each. */
  updateKeywords(refs: readonly MessageRef[], patch: KeywordPatch, options?: CallOptions): Promise<void>;
  /**
   * Puts a copy into a folder, byte for byte. Where `traits.appends` is `drafts` it is refused with `capability.unsupported`, before anything is
   * stored, unless `keywords` holds `$draft` and `receivedAt` is absent. Answers the new ref where the server tells it (RFC 4315 APPENDUID).
   * Not idempotent by itself: after a doubt, `locate` the Message-ID first. Throws `folder.not-found`, `quota.exceeded`.
   */
  append(folder: FolderId, content: Content, options?: AppendOptions): Promise<MessageRef | undefined>;
  /** Keeps keywords and `receivedAt`. Throws `folder.not-found` before anything moves. */
  move(refs: readonly MessageRef[], to: FolderId, options?: CallOptions): Promise<readonly MovedMessage[]>;
  delete(refs: readonly MessageRef[], options: DeleteOptions): Promise<void>;
}

export interface MutateTraits {
  /** The keywords the server can store in every folder; `any` includes custom ones. */
  readonly keywords: 'any' | readonly Keyword[];
  /** What `append` can make. `drafts`: every copy is a draft, dated by the server (FACTS.md E5). Absent: whatever is asked for. */
  readonly appends?: 'any' | 'drafts';
}

/** Other keywords stay as they are. One that is both added and removed throws `config.invalid`. */
export interface KeywordPatch {
  readonly add?: readonly Keyword[];
  readonly remove?: readonly Keyword[];
}

export interface AppendOptions extends CallOptions {
  readonly keywords?: readonly Keyword[];
  /** Becomes `receivedAt`; the moment of appending when absent. */
  readonly receivedAt?: Date;
}

export interface MovedMessage {
  readonly from: MessageRef;
  /** Absent where the server does not tell (IMAP without UIDPLUS). */
  readonly to?: MessageRef;
}

export interface DeleteOptions extends CallOptions {
  /** `to-trash` throws `folder.not-found` where there is no trash. */
  readonly mode: 'to-trash' | 'permanently';
}
