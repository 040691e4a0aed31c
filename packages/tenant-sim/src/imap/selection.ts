import type { MailboxEvent } from '../store/events.ts';
import type { Folder } from '../store/folder.ts';
import type { Mailbox } from '../store/mailbox.ts';
import type { Message } from '../store/message.ts';
import { flagsOf } from './flags.ts';
import { parseRanges } from './sequence-set.ts';

/** One message as this session knows it: its number stays until the session is told of an EXPUNGE. */
export interface Entry {
  readonly uid: number;
  readonly message: Message;
}

interface Row extends Entry {
  isGone: boolean;
  isRecent: boolean;
  /** Its flags are not what the client was told. */
  isChanged: boolean;
}

export interface Numbered {
  readonly number: number;
  readonly entry: Entry;
}

/** Which messages were told to a session as new, per folder: \Recent belongs to the first that sees it (RFC 3501 §2.3.2). */
export type RecentMarks = WeakMap<Folder, number>;

/**
 * A folder as one session sees it. Others change the folder meanwhile; the session learns of it only when the protocol allows
 * (RFC 9051 §7.5.1), because sequence numbers must not shift under a command.
 */
export class Selection {
  readonly folder: Folder;
  readonly mailbox: Mailbox;
  readonly isReadOnly: boolean;
  /** Set once the folder is gone or has other UIDs: the session cannot go on. */
  isVoid = false;
  /** Called when there is something to tell. */
  onNews: (() => void) | undefined;
  readonly #rows: Row[];
  readonly #arrived: Message[] = [];
  readonly #marks: RecentMarks;
  readonly #watching: Disposable;
  #goneCount = 0;

  constructor(mailbox: Mailbox, folder: Folder, { isReadOnly, marks }: { readonly isReadOnly: boolean; readonly marks: RecentMarks }) {
    this.mailbox = mailbox;
    this.folder = folder;
    this.isReadOnly = isReadOnly;
    this.#marks = marks;
    this.#rows = folder.messages.map((message) => this.#row(message));
    this.#mark();
    this.#watching = mailbox.watch((event) => this.#on(event));
  }

  get size(): number {
    return this.#rows.length;
  }

  get recentCount(): number {
    return this.#rows.reduce((count, { isRecent }) => count + (isRecent ? 1 : 0), 0);
  }

  /** The first unread message, for SELECT. */
  get firstUnseen(): number | undefined {
    const index = this.#rows.findIndex(({ message }) => !message.isRead);
    return index === -1 ? undefined : index + 1;
  }

  close(): void {
    this.#watching[Symbol.dispose]();
  }

  isGone({ entry }: Numbered): boolean {
    return (entry as Row).isGone;
  }

  isRecent({ entry }: Numbered): boolean {
    return (entry as Row).isRecent;
  }

  flags(numbered: Numbered): readonly string[] {
    return [...flagsOf(numbered.entry.message), ...(this.isRecent(numbered) ? ['\\Recent'] : [])];
  }

  all(): readonly Numbered[] {
    return this.#rows.map((entry, index) => ({ number: index + 1, entry }));
  }

  /** Messages of a set in ascending order, each once. By numbers, one beyond the last is a mistake of the client: nothing is answered. */
  resolve(set: string, byUid: boolean): readonly Numbered[] | undefined {
    const largest = byUid ? (this.#rows.at(-1)?.uid ?? 0) : this.#rows.length;
    const ranges = parseRanges(set, largest);
    if (!byUid && ranges.some(([from, to]) => from < 1 || to > largest)) return undefined;
    const wanted = new Uint8Array(this.#rows.length);
    for (const [from, to] of ranges) {
      const [first, last] = byUid ? [this.#indexOf(from), this.#indexOf(to + 1)] : [from - 1, to];
      wanted.fill(1, first, last);
    }
    const found: Numbered[] = [];
    for (const [index, is] of wanted.entries()) if (is === 1) found.push({ number: index + 1, entry: this.#rows[index]! });
    return found;
  }

  /** The client has been told the flags as they are now. */
  told({ entry }: Numbered): void {
    (entry as Row).isChanged = false;
  }

  get hasNews(): boolean {
    return this.#arrived.length > 0 || this.#goneCount > 0 || this.#rows.some(({ isChanged }) => isChanged);
  }

  /** Untagged answers that bring the client up to date. Without `expunges`, numbers stay as they are. */
  news({ expunges }: { readonly expunges: boolean }): readonly string[] {
    const lines: string[] = [];
    if (expunges && this.#goneCount > 0) this.#tellExpunges(lines);
    if (this.#arrived.length > 0) {
      for (const message of this.#arrived.splice(0)) if (message.folder === this.folder) this.#rows.push(this.#row(message));
      this.#mark();
      lines.push(`* ${this.#rows.length} EXISTS`, `* ${this.recentCount} RECENT`);
    }
    for (const [index, row] of this.#rows.entries()) {
      if (!row.isChanged || row.isGone) continue;
      row.isChanged = false;
      lines.push(`* ${index + 1} FETCH (FLAGS (${this.flags({ number: index + 1, entry: row }).join(' ')}))`);
    }
    return lines;
  }

  #tellExpunges(lines: string[]): void {
    let kept = 0;
    for (const row of this.#rows) {
      if (row.isGone) lines.push(`* ${kept + 1} EXPUNGE`);
      else {
        this.#rows[kept] = row;
        kept += 1;
      }
    }
    this.#rows.length = kept;
    this.#goneCount = 0;
  }

  #row(message: Message): Row {
    return { uid: message.uid, message, isGone: false, isChanged: false, isRecent: message.uid >= (this.#marks.get(this.folder) ?? 0) };
  }

  #mark(): void {
    if (!this.isReadOnly) this.#marks.set(this.folder, this.folder.uidNext);
  }

  #on(event: MailboxEvent): void {
    if (event.folder !== this.folder) return;
    if (event.kind === 'message-added') this.#arrived.push(event.message);
    else if (event.kind === 'message-removed') this.#gone(event.uid);
    else if (event.kind === 'message-updated') this.#changed(event.message);
    else if (event.kind === 'uids-renewed' || event.kind === 'folder-removed') this.isVoid = true;
    else return;
    this.onNews?.();
  }

  #gone(uid: number): void {
    const row = this.#rowOf(uid);
    const waiting = this.#arrived.findIndex((message) => message.uid === uid);
    if (waiting !== -1) this.#arrived.splice(waiting, 1);
    else if (row && !row.isGone) {
      row.isGone = true;
      this.#goneCount += 1;
    }
  }

  #changed(message: Message): void {
    const row = this.#rowOf(message.uid);
    if (row?.message === message && !row.isGone) row.isChanged = true;
  }

  #rowOf(uid: number): Row | undefined {
    const row = this.#rows[this.#indexOf(uid)];
    return row?.uid === uid ? row : undefined;
  }

  /** Where this UID is, or would be. UIDs only grow, except after a restore: what came later lies later then too. */
  #indexOf(uid: number): number {
    let [low, high] = [0, this.#rows.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#rows[middle]!.uid < uid) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
