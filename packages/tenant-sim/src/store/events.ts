import type { Folder } from './folder.ts';
import type { Message } from './message.ts';

/** What happened in a mailbox, told at once and in order: IMAP pushes and change notifications live on it. */
export type MailboxEvent =
  | { readonly kind: 'message-added'; readonly folder: Folder; readonly message: Message; readonly movedFrom?: Folder }
  | { readonly kind: 'message-updated'; readonly folder: Folder; readonly message: Message; readonly contentChanged: boolean }
  | { readonly kind: 'message-removed'; readonly folder: Folder; readonly number: number; readonly location: number; readonly uid: number; readonly movedTo?: Folder }
  | { readonly kind: 'folder-added'; readonly folder: Folder }
  | { readonly kind: 'folder-updated'; readonly folder: Folder }
  | { readonly kind: 'folder-removed'; readonly folder: Folder }
  /** Every UID of the folder is another now: sessions that have it open cannot go on. */
  | { readonly kind: 'uids-renewed'; readonly folder: Folder };

export type MailboxListener = (event: MailboxEvent) => void;
