import type { Folder } from './folder.ts';
import type { MessageSource } from './source.ts';

export type FollowUp = 'notFlagged' | 'flagged' | 'complete';

/** What clients may change about a message without changing what it says. */
export interface MessageState {
  readonly isRead: boolean;
  readonly flag: FollowUp;
  readonly isDraft: boolean;
  /** IMAP's \Answered; Graph shows it by no property. */
  readonly isAnswered: boolean;
  /** IMAP's $Forwarded has no place in Exchange; this is what `forward` leaves behind. */
  readonly isForwarded: boolean;
  /** IMAP's \Deleted: waits for EXPUNGE, and is an ordinary message for Graph until then. */
  readonly isDeleted: boolean;
  /** IMAP's $MDNSent. */
  readonly mdnSent: boolean;
  readonly importance: 'low' | 'normal' | 'high';
  readonly inferenceClassification: 'focused' | 'other';
  readonly categories: readonly string[];
  /** Extended properties, by the id Graph names them with (FACTS.md E10). */
  readonly properties: Readonly<Record<string, string>>;
}

export const NO_CATEGORIES: readonly string[] = Object.freeze([]);
export const NO_PROPERTIES: Readonly<Record<string, string>> = Object.freeze({});

/** One message object of one mailbox: the same for every door. Only the mailbox changes it. */
export interface Message extends MessageState {
  /** Names it within the mailbox for ever: the immutable id is made of this. */
  readonly number: number;
  /** New after every move: the ordinary id is made of this. */
  readonly location: number;
  readonly folder: Folder;
  /** In the folder it lies in now. */
  readonly uid: number;
  /** Graph's receivedDateTime; IMAP's INTERNALDATE is the same to the second. A move or copy keeps it. */
  readonly arrivedAt: number;
  /** When this object came into the mailbox, by the tenant's clock. */
  readonly createdAt: number;
  readonly modifiedAt: number;
  /** When it came into the folder it lies in: what a door that lags goes by. */
  readonly placedAt: number;
  /** The mailbox's sequence number of its last change: changeKey and etag are made of this. */
  readonly sequence: number;
  /** The mailbox's sequence number of its last change other than a mark as read or unread. */
  readonly beyondMarkSequence: number;
  /** The mailbox's sequence number when it came into this folder. */
  readonly placedSequence: number;
  readonly source: MessageSource;
}

/** The record behind `Message`, for the mailbox alone. */
export class MessageRecord implements Message {
  readonly number: number;
  location = 0;
  folder: Folder;
  uid = 0;
  arrivedAt: number;
  readonly createdAt: number;
  modifiedAt: number;
  placedAt: number;
  sequence = 0;
  beyondMarkSequence = 0;
  placedSequence = 0;
  source: MessageSource;
  isRead = false;
  flag: FollowUp = 'notFlagged';
  isDraft = false;
  isAnswered = false;
  isForwarded = false;
  isDeleted = false;
  mdnSent = false;
  importance: MessageState['importance'] = 'normal';
  inferenceClassification: MessageState['inferenceClassification'] = 'focused';
  categories = NO_CATEGORIES;
  properties = NO_PROPERTIES;

  constructor(number: number, folder: Folder, source: MessageSource, now: number, arrivedAt: number) {
    this.number = number;
    this.folder = folder;
    this.source = source;
    this.createdAt = now;
    this.modifiedAt = now;
    this.placedAt = now;
    this.arrivedAt = arrivedAt;
  }
}

const STATE_KEYS = ['isRead', 'flag', 'isDraft', 'isAnswered', 'isForwarded', 'isDeleted', 'mdnSent', 'importance', 'inferenceClassification', 'categories', 'properties'] as const;

/** Applies a patch; names what is different now. */
export function patchState(record: MessageRecord, patch: Partial<MessageState>): readonly (keyof MessageState)[] {
  const changed: (keyof MessageState)[] = [];
  for (const key of STATE_KEYS) {
    const value = patch[key];
    if (value === undefined || isSame(value, record[key])) continue;
    Object.assign(record, { [key]: value });
    changed.push(key);
  }
  return changed;
}

const isSame = (a: unknown, b: unknown): boolean => a === b || (typeof a === 'object' && JSON.stringify(a) === JSON.stringify(b));

export const stateOf = (message: Message): MessageState => Object.fromEntries(STATE_KEYS.map((key) => [key, message[key]])) as unknown as MessageState;
