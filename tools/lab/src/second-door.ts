import type { LabUser } from './accounts.ts';

export interface DeliverOptions {
  /** INTERNALDATE, to the second. Now, unless told. */
  readonly receivedAt?: Date;
  /** As IMAP spells them: `\Seen`, `$Forwarded`, `work`. */
  readonly keywords?: readonly string[];
  /** INBOX unless told; made when it does not exist. */
  readonly folder?: string;
}

export interface StoredMessage {
  readonly uid: number;
  /** System flags and keywords, as IMAP spells them; without `\Recent`. */
  readonly flags: readonly string[];
  /** As the server serves it: with CRLF. */
  readonly raw: Buffer;
  readonly receivedAt: Date;
}

export interface FolderStatus {
  readonly messages: number;
  readonly uidNext: number;
  readonly uidValidity: number;
}

/** A way into a server's mailboxes that is not the transport under test. `user` is `name` or `name@lab.test`. */
export interface SecondDoor {
  /** A fresh user with an empty mailbox. */
  createUser(name: string, options?: { readonly password?: string }): Promise<LabUser>;
  deliver(user: string, message: Uint8Array, options?: DeliverOptions): Promise<{ readonly uid: number }>;
  messages(user: string, folder?: string): Promise<readonly StoredMessage[]>;
  addKeywords(user: string, folder: string, uid: number, keywords: readonly string[]): Promise<void>;
  removeKeywords(user: string, folder: string, uid: number, keywords: readonly string[]): Promise<void>;
  expunge(user: string, folder: string, uid: number): Promise<void>;
  move(user: string, folder: string, uid: number, to: string): Promise<void>;
  /** Names as the user sees them, in no order. */
  folders(user: string): Promise<readonly string[]>;
  createFolder(user: string, folder: string): Promise<void>;
  renameFolder(user: string, folder: string, to: string): Promise<void>;
  /** With all that is in it. */
  deleteFolder(user: string, folder: string): Promise<void>;
  status(user: string, folder?: string): Promise<FolderStatus>;
}
