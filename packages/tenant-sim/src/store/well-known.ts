/** Graph's names for the folders every mailbox has (FACTS.md E3). */
export type WellKnownName =
  | 'msgfolderroot'
  | 'inbox'
  | 'drafts'
  | 'sentitems'
  | 'deleteditems'
  | 'junkemail'
  | 'outbox'
  | 'archive'
  | 'conversationhistory'
  | 'recoverableitemsroot'
  | 'recoverableitemsdeletions'
  | 'recoverableitemspurges';

export interface WellKnownFolder {
  readonly name: WellKnownName;
  readonly displayName: string;
  readonly parent?: WellKnownName;
  /** The name IMAP shows; absent: IMAP does not show it. */
  readonly imapName?: string;
  /** RFC 6154 attribute; Exchange sends it in a plain LIST (FACTS.md C5). */
  readonly imapUse?: string;
}

/** In the order in which they are made, parents first. */
export const WELL_KNOWN: readonly WellKnownFolder[] = [
  { name: 'msgfolderroot', displayName: 'Top of Information Store' },
  { name: 'inbox', displayName: 'Inbox', parent: 'msgfolderroot', imapName: 'INBOX' },
  { name: 'drafts', displayName: 'Drafts', parent: 'msgfolderroot', imapName: 'Drafts', imapUse: String.raw`\Drafts` },
  { name: 'sentitems', displayName: 'Sent Items', parent: 'msgfolderroot', imapName: 'Sent Items', imapUse: String.raw`\Sent` },
  { name: 'deleteditems', displayName: 'Deleted Items', parent: 'msgfolderroot', imapName: 'Deleted Items', imapUse: String.raw`\Trash` },
  { name: 'junkemail', displayName: 'Junk Email', parent: 'msgfolderroot', imapName: 'Junk Email', imapUse: String.raw`\Junk` },
  { name: 'outbox', displayName: 'Outbox', parent: 'msgfolderroot', imapName: 'Outbox' },
  { name: 'archive', displayName: 'Archive', parent: 'msgfolderroot', imapName: 'Archive' },
  { name: 'conversationhistory', displayName: 'Conversation History', parent: 'msgfolderroot', imapName: 'Conversation History' },
  { name: 'recoverableitemsroot', displayName: 'Recoverable Items' },
  { name: 'recoverableitemsdeletions', displayName: 'Deletions', parent: 'recoverableitemsroot' },
  { name: 'recoverableitemspurges', displayName: 'Purges', parent: 'recoverableitemsroot' },
];

export const isWellKnownName = (name: string): name is WellKnownName => WELL_KNOWN.some((folder) => folder.name === name);
