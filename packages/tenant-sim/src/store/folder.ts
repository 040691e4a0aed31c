import type { Message, MessageRecord } from './message.ts';
import type { WellKnownName } from './well-known.ts';

/** One folder, as every door sees it. Only the mailbox changes it. */
export interface Folder {
  /** Names it within the mailbox for ever, also when it moves: its Graph id is made of this. */
  readonly number: number;
  readonly displayName: string;
  readonly wellKnown?: WellKnownName;
  readonly parent?: Folder;
  readonly isHidden: boolean;
  /** Sequence number of its last change, its counts included. */
  readonly sequence: number;
  readonly createdSequence: number;
  readonly uidValidity: number;
  readonly uidNext: number;
  /** In the order of their UIDs, which is the order in which they came. */
  readonly messages: readonly Message[];
  readonly unreadCount: number;
  /** RFC 3501 subscriptions, for LSUB. */
  readonly isSubscribed: boolean;
  byUid(uid: number): Message | undefined;
  /** What happened after a sequence number; undefined when that is too long ago to tell. */
  changesSince(sequence: number): FolderChanges | undefined;
}

export interface FolderChanges {
  /** Messages that came into the folder since, or changed since. Each once, as it is now. */
  readonly added: readonly Message[];
  readonly updated: readonly Message[];
  readonly removed: readonly RemovedMessage[];
  /** The mailbox's sequence number now: what to ask for next time. */
  readonly sequence: number;
}

export interface RemovedMessage {
  readonly number: number;
  /** What its ordinary id was made of. */
  readonly location: number;
  readonly uid: number;
  readonly sequence: number;
  readonly removedAt: number;
  /** When it had come into the folder: who never saw it come need not see it go. */
  readonly placedSequence: number;
  /** Where to, for a move. */
  readonly movedTo?: Folder;
}

/** Removals are remembered for as many messages; a position from before is too old. */
const REMEMBERED_REMOVALS = 50_000;

export class FolderRecord implements Folder {
  readonly number: number;
  readonly wellKnown?: WellKnownName;
  displayName: string;
  parent?: FolderRecord;
  isHidden = false;
  isSubscribed = true;
  sequence: number;
  readonly createdSequence: number;
  uidValidity: number;
  uidNext = 1;
  readonly messages: MessageRecord[] = [];
  readonly #removed: RemovedMessage[] = [];
  readonly #current: () => number;
  #forgottenUntil = 0;

  constructor(number: number, displayName: string, uidValidity: number, current: () => number, options: { readonly wellKnown?: WellKnownName; readonly parent?: FolderRecord } = {}) {
    this.number = number;
    this.displayName = displayName;
    this.uidValidity = uidValidity;
    this.#current = current;
    this.sequence = current();
    this.createdSequence = this.sequence;
    if (options.wellKnown !== undefined) this.wellKnown = options.wellKnown;
    if (options.parent) this.parent = options.parent;
  }

  get unreadCount(): number {
    let count = 0;
    for (const message of this.messages) if (!message.isRead) count += 1;
    return count;
  }

  byUid(uid: number): MessageRecord | undefined {
    const message = this.messages[this.indexOfUid(uid)];
    return message?.uid === uid ? message : undefined;
  }

  /** Where a message with this UID lies, or would lie. */
  indexOfUid(uid: number): number {
    let [low, high] = [0, this.messages.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.messages[middle]?.uid ?? 0) < uid) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  changesSince(since: number): FolderChanges | undefined {
    if (since < this.#forgottenUntil) return undefined;
    const added = this.messages.filter(({ placedSequence }) => placedSequence > since);
    const updated = this.messages.filter(({ placedSequence, sequence }) => placedSequence <= since && sequence > since);
    const removed = this.#removed.filter(({ sequence }) => sequence > since);
    return { added, updated, removed, sequence: this.#current() };
  }

  take(message: MessageRecord): void {
    message.folder = this;
    message.uid = this.uidNext;
    this.uidNext += 1;
    const at = this.indexOfUid(message.uid);
    this.messages.splice(at, 0, message);
  }

  remove(message: MessageRecord, removal: RemovedMessage): void {
    this.messages.splice(this.messages.indexOf(message, this.indexOfUid(message.uid)), 1);
    this.#removed.push(removal);
    if (this.#removed.length > REMEMBERED_REMOVALS) this.#forgottenUntil = this.#removed.shift()?.sequence ?? 0;
  }
}
