import type { FolderId } from './identity.ts';

/** What a folder is for, whatever its name in the owner's language: RFC 6154 special-use, RFC 8621 §2 role. */
export type FolderRole = 'inbox' | 'outbox' | 'sent' | 'drafts' | 'archive' | 'junk' | 'trash';

export interface Folder {
  readonly id: FolderId;
  /** From the top down, as people see the names; never empty. */
  readonly path: readonly string[];
  /** Absent when the server says nothing about the folder's use. */
  readonly role?: FolderRole;
}

/** Prefer a role: names are localised. A path is compared exactly, except that `INBOX` has no case (RFC 9051 §5.1). */
export type FolderSelector = { readonly role: FolderRole } | { readonly path: readonly string[] };
