import type { Attachment } from './attachment.ts';
import type { ByteSource } from './byte-source.ts';
import type { CallOptions } from './call-options.ts';
import type { Change, ChangeBatch, ChangesRequest } from './changes.ts';
import type { Folder, FolderSelector } from './folder.ts';
import type { FolderId } from './identity.ts';
import type { ListRequest, LocateQuery, MessageRef, MessageSummary } from './message.ts';

/** Reads a mailbox. Nothing here ever changes a keyword or moves a message. */
export interface Receive {
  readonly traits: ReceiveTraits;
  /**
   * The door: server and mailbox as seen through it, never a credential.
   * Refs and cursors hold across transports and credentials that report the same value, and nowhere else.
   */
  readonly refSpace: string;
  listFolders(options?: CallOptions): AsyncIterable<Folder>;
  /** Throws `folder.not-found`. */
  findFolder(selector: FolderSelector, options?: CallOptions): Promise<Folder>;
  /** Newest first, unless any order will do. For people, tools and audits; synchronise with `changes`. Throws `folder.not-found`. */
  list(request: ListRequest): AsyncIterable<MessageSummary>;
  /** Errors surface on `next()`. Throws `folder.not-found`, `cursor.expired`, `cursor.foreign`. */
  changes(request: ChangesRequest): AsyncIterable<ChangeBatch>;
  /** Every message with this Message-ID, wherever it now is; none is no error. */
  locate(query: LocateQuery, options?: CallOptions): AsyncIterable<MessageSummary>;
  /** What a listing tells now of those of `refs` that still exist where they say, in the order given. After a restore a ref may name another message. */
  present(refs: readonly MessageRef[], options?: CallOptions): Promise<readonly MessageSummary[]>;
  /** Unread messages of one folder, in one cheap request. Throws `folder.not-found`. */
  unread(folder: FolderId, options?: CallOptions): Promise<number>;
  /** The RFC 5322 bytes. Throws `message.not-found`. */
  fetchRaw(ref: MessageRef, options?: CallOptions): Promise<ByteSource>;
  /**
   * The RFC 5322 bytes of many messages with as few requests as the protocol allows, in any order.
   * A source is valid until the next one is asked for. Refs that are gone are thrown at the end as
   * `PartialFailureError` (`message.not-found` each), after all others were yielded.
   */
  fetchRawEach(refs: readonly MessageRef[], options?: CallOptions): AsyncIterable<RawMessage>;
  /** Never fails on a malformed MIME tree: what cannot be told apart is no attachment. Throws `message.not-found`. */
  listAttachments(ref: MessageRef, options?: CallOptions): Promise<readonly Attachment[]>;
  /** The decoded bytes. Throws `message.not-found`, also for an unknown attachment id, and `capability.unsupported` for a link. */
  fetchAttachment(ref: MessageRef, attachmentId: string, options?: CallOptions): Promise<ByteSource>;
}

export interface RawMessage {
  readonly ref: MessageRef;
  readonly source: ByteSource;
}

export interface ReceiveTraits {
  /** The change types `changes` reports. Plain IMAP, as on Exchange Online, promises only `message-added`. */
  readonly reports: readonly Change['type'][];
  /** `watch` learns of new mail without polling. */
  readonly push: boolean;
  /** A ref still names the message after a move (Graph immutable ids, RFC 8474 EMAILID). */
  readonly refsSurviveMove: boolean;
  /** `original`: the bytes that arrived, so that a DKIM or S/MIME signature still verifies. `reconstructed`: rebuilt by the server. */
  readonly raw: 'original' | 'reconstructed';
}
