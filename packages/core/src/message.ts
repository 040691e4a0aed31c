import type { CallOptions } from './call-options.ts';
import type { EmailAddress, FolderId, InternetMessageId, Keyword, MessageKey } from './identity.ts';

/** Valid in one `refSpace`. Opaque: compare and store, never parse. JSON-safe. */
export interface MessageRef {
  readonly folder: FolderId;
  readonly key: MessageKey;
}

/** What a listing tells about a message without reading it. A member that is absent is not known: never an invented value. */
export interface MessageSummary {
  readonly ref: MessageRef;
  /** Absent when the message has none; two messages may share one. */
  readonly messageId?: InternetMessageId;
  /** INTERNALDATE or receivedDateTime: the server's clock, not the Date header. Whole seconds on IMAP. */
  readonly receivedAt: Date;
  readonly keywords: ReadonlySet<Keyword>;
  /** The Date header; absent when missing or unreadable. */
  readonly sentAt?: Date;
  /** Decoded (RFC 2047). Absent when there is no Subject header. */
  readonly subject?: string;
  /** The addresses of the From header, without display names. */
  readonly from?: readonly EmailAddress[];
  readonly inReplyTo?: InternetMessageId;
  /** In the order of the References header, oldest first. */
  readonly references?: readonly InternetMessageId[];
  /** The `report-type` of a multipart/report (RFC 6522 §3) in small letters, such as `delivery-status` (RFC 3464) or `disposition-notification` (RFC 8098). Absent for all other messages, and for reports that a listing does not tell apart. */
  readonly reportType?: string;
  /** Octets as the server counts them; may differ from the octets read (FACTS.md C5). */
  readonly size?: number;
}

export interface ListRequest extends CallOptions {
  readonly folder: FolderId;
  /** Only messages with `receivedAt` at or after this instant. A listing aid, never a position: old mail can be moved in later. */
  readonly receivedSince?: Date;
  readonly limit?: number;
  /** `any` is for whoever wants all of it: the order that costs the server and this process least. Default: `newest-first`. */
  readonly order?: 'newest-first' | 'any';
}

export interface LocateQuery {
  readonly messageId: InternetMessageId;
  /** Narrows a costly search: only messages that arrived within a day of it need be found. */
  readonly receivedAt?: Date;
  /** Where to look; every folder of the mailbox when absent. */
  readonly folders?: readonly FolderId[];
}
