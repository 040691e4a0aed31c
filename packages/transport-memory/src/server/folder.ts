import type { FolderId, FolderRole, Keyword, MessageKey } from '@signalbox/core';
import type { JournalEntry, StoredMessage } from './stored-message.ts';

export interface NewMessage {
  readonly raw: Uint8Array;
  readonly receivedAt: Date;
  readonly keywords: ReadonlySet<Keyword>;
}

/** One folder: its messages by key, in the order they came, and the journal of what happened to them. */
export class MemoryFolder {
  readonly id: FolderId;
  readonly path: readonly string[];
  readonly role: FolderRole;
  /** Positions hold within one epoch, as UIDVALIDITY has it (RFC 9051 §2.3.1.1). */
  epoch = 1;
  #journal: JournalEntry[] = [];
  readonly #messages = new Map<MessageKey, StoredMessage>();
  readonly #watchers = new Set<() => void>();
  #lastKey = 0;

  constructor(id: FolderId, path: readonly string[], role: FolderRole) {
    this.id = id;
    this.path = path;
    this.role = role;
  }

  get messages(): readonly StoredMessage[] {
    return [...this.#messages.values()];
  }

  get position(): number {
    return this.#journal.at(-1)?.number ?? 0;
  }

  entriesAfter(position: number, limit: number): readonly JournalEntry[] {
    const first = this.#journal.findIndex(({ number }) => number > position);
    return first === -1 ? [] : this.#journal.slice(first, first + limit);
  }

  get(key: MessageKey): StoredMessage | undefined {
    return this.#messages.get(key);
  }

  add({ raw, receivedAt, keywords }: NewMessage): MessageKey {
    this.#lastKey += 1;
    const key = String(this.#lastKey);
    this.#messages.set(key, { key, raw, receivedAt, keywords });
    this.#record('added', key);
    return key;
  }

  setKeywords(key: MessageKey, keywords: ReadonlySet<Keyword>): void {
    const message = this.#messages.get(key);
    if (!message) return;
    message.keywords = keywords;
    this.#record('updated', key);
  }

  remove(key: MessageKey): void {
    if (this.#messages.delete(key)) this.#record('removed', key);
  }

  /** Forgets the newest journal entry and its message, as a restore from backup does. */
  rewind(): void {
    const last = this.#journal.pop();
    if (last) this.#messages.delete(last.key);
  }

  /** Calls back after every change until the answer is called. */
  watch(onChange: () => void): () => void {
    this.#watchers.add(onChange);
    return () => this.#watchers.delete(onChange);
  }

  notify(): void {
    for (const onChange of this.#watchers) onChange();
  }

  #record(type: JournalEntry['type'], key: MessageKey): void {
    this.#journal.push({ number: this.position + 1, type, key });
    this.notify();
  }
}
