import type { EmailAddress, FolderId, FolderRole, Keyword } from '@signalbox/core';
import { MemoryFolder } from './folder.ts';
import type { StagedMessage } from './submission.ts';
import type { StoredMessage } from './stored-message.ts';

const FOLDERS: Readonly<Record<FolderRole, string>> = {
  inbox: 'Inbox',
  outbox: 'Outbox',
  sent: 'Sent',
  drafts: 'Drafts',
  archive: 'Archive',
  junk: 'Junk',
  trash: 'Trash',
};

/** A message to put into a mailbox: unread, in the inbox and now, unless said otherwise. */
export interface NewMail {
  readonly raw: Uint8Array;
  readonly role?: FolderRole;
  readonly receivedAt?: Date;
  readonly keywords?: Iterable<Keyword>;
}

/** An account's mail. Its folders are there from the start. */
export class MemoryMailbox {
  readonly address: EmailAddress;
  readonly folders: ReadonlyMap<FolderId, MemoryFolder>;
  readonly staged = new Map<string, StagedMessage>();
  /** Subjects of messages that the next answer leaves out. */
  readonly hidden = new Set<string>();
  /** Passwords and tokens that open it; `undefined`: any does. */
  secrets: ReadonlySet<string> | undefined;
  /** Sign-ins of an earlier generation are void. */
  generation = 0;

  constructor(address: EmailAddress, secrets?: Iterable<string>) {
    this.address = address;
    this.secrets = secrets && new Set(secrets);
    this.folders = new Map(Object.entries(FOLDERS).map(([role, name]) => [role, new MemoryFolder(role, [name], role as FolderRole)]));
  }

  folder(role: FolderRole): MemoryFolder {
    return this.folders.get(role) as MemoryFolder; // every role has one
  }

  /** From now on only these open it, and whoever is signed in has to do so again. */
  changeSecrets(...secrets: readonly string[]): void {
    this.secrets = new Set(secrets);
    this.generation += 1;
  }

  /** Puts a message into a folder as if it had just arrived unread. */
  deliver({ raw, role = 'inbox', receivedAt = new Date(), keywords = [] }: NewMail): void {
    this.folder(role).add({ raw, receivedAt, keywords: new Set(keywords) });
  }

  /** What one answer shows of these messages: all of them, but for what is hidden once. */
  show(messages: readonly StoredMessage[]): readonly StoredMessage[] {
    if (this.hidden.size === 0) return messages;
    return messages.filter(({ raw }) => {
      const header = Buffer.from(raw.subarray(0, 4096)).toString();
      const subject = [...this.hidden].find((candidate) => header.includes(`Subject: ${candidate}\r\n`));
      return subject === undefined || !this.hidden.delete(subject);
    });
  }
}
