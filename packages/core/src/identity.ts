/** Structural brand: survives two installed copies of this package, which a `unique symbol` brand would not. */
type Branded<T, B extends string> = T & { readonly __brand?: B };

/** Chosen by the operator, never derived from the address or the transport: it outlives both. */
export type MailboxId = Branded<string, 'MailboxId'>;
/** An addr-spec (RFC 5321 §4.1.2 Mailbox), without display name or angle brackets. */
export type EmailAddress = Branded<string, 'EmailAddress'>;
/** Names a folder within one `refSpace`. Opaque: compare and store, never parse. */
export type FolderId = Branded<string, 'FolderId'>;
/** Names a message within one folder of one `refSpace`. Opaque. */
export type MessageKey = Branded<string, 'MessageKey'>;
/** RFC 5322 §3.6.4 msg-id without its angle brackets. Often unique, never guaranteed, sometimes absent. */
export type InternetMessageId = Branded<string, 'InternetMessageId'>;
/** IANA mail keyword in lower case: `$seen`, `$flagged`, `$answered`, `$draft`, `$forwarded`, `$junk`, or a custom one. */
export type Keyword = Branded<string, 'Keyword'>;

/** One mailbox as its owner means it: an account's mail. IMAP calls a folder a mailbox; we do not. */
export interface Mailbox {
  readonly id: MailboxId;
  readonly address: EmailAddress;
}
