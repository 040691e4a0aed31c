import type { TenantClock } from '../clock.ts';
import type { FaultRegistry } from '../faults/registry.ts';
import type { MailboxEvent, MailboxListener } from './events.ts';
import { type Folder, FolderRecord } from './folder.ts';
import { decodeId, encodeId } from './ids.ts';
import { type Message, MessageRecord, type MessageState, patchState, stateOf } from './message.ts';
import { StoreRefusal } from './refusal.ts';
import type { MessageSource } from './source.ts';
import { isWellKnownName, WELL_KNOWN, type WellKnownName } from './well-known.ts';

export interface NewMessage extends Partial<MessageState> {
  readonly source: MessageSource;
  /** Now, unless told: IMAP's APPEND may tell. */
  readonly arrivedAt?: Date;
}

/** A folder itself, its well-known name in any case, or its Graph id. */
export type FolderKey = Folder | string;

/** One mailbox: what all doors read and change. Every method is one step: nobody sees half of it. */
export interface Mailbox {
  /** A GUID; ids are made of it. */
  readonly id: string;
  /** The primary address. */
  readonly address: string;
  /** Grows with every change: deltas, changeKeys and etags count in it. */
  readonly sequence: number;
  /** Parents before their children, in the order they were made. */
  readonly folders: readonly Folder[];
  readonly messageCount: number;
  /** Where a mailbox that takes this one's place has to go on counting, so that no id, UIDVALIDITY or delta token of this one means something there. */
  readonly counters: MailboxCounters;

  folder(key: FolderKey): Folder | undefined;
  childFolders(parent: Folder): readonly Folder[];
  createFolder(parent: FolderKey, displayName: string, options?: { readonly isHidden?: boolean }): Folder;
  renameFolder(folder: FolderKey, displayName: string): Folder;
  moveFolder(folder: FolderKey, parent: FolderKey): Folder;
  /** With everything below it. Messages go to the Recoverable Items. */
  removeFolder(folder: FolderKey): void;
  /** Folders that are gone since a sequence number; undefined when that is too long ago to tell. */
  foldersRemovedSince(sequence: number): readonly RemovedFolder[] | undefined;
  subscribe(folder: FolderKey, isSubscribed: boolean): void;

  /** By immutable or ordinary id; an ordinary one from before a move finds nothing. */
  message(id: string): Message | undefined;
  byNumber(number: number): Message | undefined;
  immutableId(message: Pick<Message, 'number'>): string;
  ordinaryId(message: Pick<Message, 'number' | 'location'>): string;
  folderId(folder: Pick<Folder, 'number'>): string;

  append(folder: FolderKey, message: NewMessage): Message;
  /** Changes state; a patch that changes nothing leaves no trace. */
  update(message: Message, patch: Partial<MessageState>): Message;
  /** Gives a message another text, as editing a draft does. */
  replaceSource(message: Message, source: MessageSource, patch?: Partial<MessageState>): Message;
  /** Keeps the arrival, the immutable id and the state; the ordinary id and the UID are new. */
  move(message: Message, folder: FolderKey): Message;
  /** A new object with the same arrival. */
  copy(message: Message, folder: FolderKey): Message;
  /** `deleted-items`: Graph's DELETE, one step further for what lies there already. `recoverable`: an EXPUNGE. `purges`: permanentDelete. */
  remove(message: Message, how: 'deleted-items' | 'recoverable' | 'purges'): void;

  /** Another UIDVALIDITY, and new UIDs for all: every position in the folder is void. */
  rollUidValidity(folder: FolderKey): void;
  /** As after a restore from backup: the newest message is lost, and its UID given out again. */
  rewindUidNext(folder: FolderKey): void;
  watch(listener: MailboxListener): Disposable;
}

export interface MailboxCounters {
  readonly sequence: number;
  readonly numbers: number;
  readonly uidValidities: number;
}

export interface RemovedFolder {
  readonly number: number;
  readonly sequence: number;
}

/** Removed folders are remembered, as many. */
const REMEMBERED_FOLDERS = 10_000;

export interface MailboxOptions {
  readonly id: string;
  readonly address: string;
  readonly clock: TenantClock;
  readonly faults: FaultRegistry;
  /** Of the mailbox that was here before. */
  readonly after?: MailboxCounters;
}

export function createMailbox(options: MailboxOptions): Mailbox {
  return new MailboxRecord(options);
}

class MailboxRecord implements Mailbox {
  readonly id: string;
  readonly address: string;
  readonly #clock: TenantClock;
  readonly #faults: FaultRegistry;
  readonly #folders = new Map<number, FolderRecord>();
  readonly #wellKnown = new Map<WellKnownName, FolderRecord>();
  readonly #messages = new Map<number, MessageRecord>();
  readonly #listeners = new Set<MailboxListener>();
  readonly #removedFolders: RemovedFolder[] = [];
  #foldersForgottenUntil = 0;
  #sequence = 0;
  #numbers = 0;
  #uidValidities: number;

  constructor({ id, address, clock, faults, after = { sequence: 0, numbers: 0, uidValidities: 0 } }: MailboxOptions) {
    this.id = id;
    this.address = address;
    this.#clock = clock;
    this.#faults = faults;
    this.#sequence = after.sequence;
    this.#numbers = after.numbers;
    this.#uidValidities = Math.max(Math.floor(clock.now().getTime() / 1_000), after.uidValidities);
    for (const { name, displayName, parent } of WELL_KNOWN) this.#addFolder(displayName, { wellKnown: name, ...(parent && { parent: this.#wellKnown.get(parent)! }) });
  }

  get sequence(): number {
    return this.#sequence;
  }

  get folders(): readonly Folder[] {
    return [...this.#folders.values()];
  }

  get counters(): MailboxCounters {
    return { sequence: this.#sequence, numbers: this.#numbers, uidValidities: this.#uidValidities };
  }

  get messageCount(): number {
    return this.#messages.size;
  }

  folder(key: FolderKey): Folder | undefined {
    return this.#find(key);
  }

  childFolders(parent: Folder): readonly Folder[] {
    return this.folders.filter((folder) => folder.parent === parent);
  }

  createFolder(parentKey: FolderKey, displayName: string, { isHidden = false }: { readonly isHidden?: boolean } = {}): Folder {
    const parent = this.#need(parentKey);
    this.#refuseTwin(parent, displayName);
    const folder = this.#addFolder(displayName, { parent });
    folder.isHidden = isHidden;
    this.#tell({ kind: 'folder-added', folder });
    return folder;
  }

  renameFolder(key: FolderKey, displayName: string): Folder {
    const folder = this.#needOwn(key);
    this.#refuseTwin(folder.parent, displayName, folder);
    folder.displayName = displayName;
    return this.#folderChanged(folder);
  }

  moveFolder(key: FolderKey, parentKey: FolderKey): Folder {
    const folder = this.#needOwn(key);
    const parent = this.#need(parentKey);
    for (let above: FolderRecord | undefined = parent; above; above = above.parent) {
      if (above === folder) throw new StoreRefusal('folder-in-itself', 'A folder cannot be moved into itself.');
    }
    this.#refuseTwin(parent, folder.displayName, folder);
    folder.parent = parent;
    return this.#folderChanged(folder);
  }

  removeFolder(key: FolderKey): void {
    const folder = this.#needOwn(key);
    for (const child of this.childFolders(folder)) this.removeFolder(child);
    for (const message of folder.messages.slice()) this.remove(message, 'recoverable');
    this.#folders.delete(folder.number);
    this.#sequence += 1;
    this.#removedFolders.push({ number: folder.number, sequence: this.#sequence });
    if (this.#removedFolders.length > REMEMBERED_FOLDERS) this.#foldersForgottenUntil = this.#removedFolders.shift()?.sequence ?? 0;
    this.#tell({ kind: 'folder-removed', folder });
  }

  foldersRemovedSince(since: number): readonly RemovedFolder[] | undefined {
    return since < this.#foldersForgottenUntil ? undefined : this.#removedFolders.filter(({ sequence }) => sequence > since);
  }

  subscribe(key: FolderKey, isSubscribed: boolean): void {
    this.#need(key).isSubscribed = isSubscribed;
  }

  message(id: string): Message | undefined {
    const decoded = decodeId(this.id, id);
    if (!decoded || decoded.kind === 'folder') return undefined;
    const message = this.#messages.get(decoded.number);
    return decoded.kind === 'immutable' || message?.location === decoded.location ? message : undefined;
  }

  byNumber(number: number): Message | undefined {
    return this.#messages.get(number);
  }

  immutableId({ number }: Pick<Message, 'number'>): string {
    return encodeId(this.id, { kind: 'immutable', number });
  }

  ordinaryId({ number, location }: Pick<Message, 'number' | 'location'>): string {
    return encodeId(this.id, { kind: 'ordinary', number, location });
  }

  folderId({ number }: Pick<Folder, 'number'>): string {
    return encodeId(this.id, { kind: 'folder', number });
  }

  append(key: FolderKey, { source, arrivedAt, ...state }: NewMessage): Message {
    const folder = this.#need(key);
    this.#refuseWhenFull();
    const now = this.#now();
    const message = new MessageRecord((this.#numbers += 1), folder, source, now, arrivedAt?.getTime() ?? now);
    patchState(message, state);
    this.#messages.set(message.number, message);
    this.#place(message, folder);
    this.#tell({ kind: 'message-added', folder, message });
    return message;
  }

  update(given: Message, patch: Partial<MessageState>): Message {
    const message = this.#record(given);
    const changed = patchState(message, patch);
    if (changed.length === 0) return message;
    return this.#messageChanged(message, { content: false, markOnly: changed.every((key) => key === 'isRead') });
  }

  replaceSource(given: Message, source: MessageSource, patch: Partial<MessageState> = {}): Message {
    const message = this.#record(given);
    message.source = source;
    patchState(message, patch);
    return this.#messageChanged(message, { content: true, markOnly: false });
  }

  move(given: Message, key: FolderKey): Message {
    const message = this.#record(given);
    const folder = this.#need(key);
    const from = message.folder as FolderRecord;
    this.#takeOut(message, folder);
    this.#place(message, folder);
    this.#tell({ kind: 'message-added', folder, message, movedFrom: from });
    return message;
  }

  copy(given: Message, key: FolderKey): Message {
    const { source, arrivedAt } = this.#record(given);
    return this.append(key, { ...stateOf(given), isDeleted: false, source, arrivedAt: new Date(arrivedAt) });
  }

  remove(given: Message, how: 'deleted-items' | 'recoverable' | 'purges'): void {
    const message = this.#record(given);
    const { wellKnown } = message.folder;
    if (how === 'deleted-items' && wellKnown !== 'deleteditems') this.move(message, 'deleteditems');
    else if (how === 'purges') this.move(message, 'recoverableitemspurges');
    else if (wellKnown === 'recoverableitemsdeletions' || wellKnown === 'recoverableitemspurges') this.#erase(message);
    else {
      message.isDeleted = false;
      this.move(message, 'recoverableitemsdeletions');
    }
  }

  rollUidValidity(key: FolderKey): void {
    const folder = this.#need(key);
    folder.uidValidity = this.#uidValidities += 1;
    folder.uidNext = 1;
    for (const message of folder.messages) {
      message.uid = folder.uidNext;
      folder.uidNext += 1;
    }
    this.#tell({ kind: 'uids-renewed', folder });
  }

  rewindUidNext(key: FolderKey): void {
    const folder = this.#need(key);
    const newest = folder.messages.at(-1);
    if (!newest) return;
    this.#erase(newest);
    folder.uidNext = newest.uid;
  }

  watch(listener: MailboxListener): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  #addFolder(displayName: string, options: { readonly wellKnown?: WellKnownName; readonly parent?: FolderRecord }): FolderRecord {
    this.#sequence += 1;
    const folder = new FolderRecord((this.#numbers += 1), displayName, (this.#uidValidities += 1), () => this.#sequence, options);
    this.#folders.set(folder.number, folder);
    if (options.wellKnown) this.#wellKnown.set(options.wellKnown, folder);
    return folder;
  }

  #find(key: FolderKey): FolderRecord | undefined {
    if (typeof key !== 'string') return this.#folders.get(key.number);
    const name = key.toLowerCase();
    if (isWellKnownName(name)) return this.#wellKnown.get(name);
    const decoded = decodeId(this.id, key);
    return decoded?.kind === 'folder' ? this.#folders.get(decoded.number) : undefined;
  }

  #need(key: FolderKey): FolderRecord {
    const folder = this.#find(key);
    if (!folder) throw new StoreRefusal('folder-not-found', `There is no folder "${typeof key === 'string' ? key : key.displayName}".`);
    return folder;
  }

  /** One that may be renamed, moved and removed. */
  #needOwn(key: FolderKey): FolderRecord {
    const folder = this.#need(key);
    if (folder.wellKnown) throw new StoreRefusal('folder-is-well-known', `"${folder.displayName}" is one of the mailbox's own folders.`);
    return folder;
  }

  #refuseTwin(parent: Folder | undefined, displayName: string, except?: Folder): void {
    const twin = this.folders.find((folder) => folder.parent === parent && folder !== except && folder.displayName.toLowerCase() === displayName.toLowerCase());
    if (twin) throw new StoreRefusal('folder-exists', `There is a folder "${displayName}" already.`);
  }

  #refuseWhenFull(): void {
    if (this.#faults.take('mailbox.full', { mailbox: this.address })) throw new StoreRefusal('mailbox-full', 'The mailbox has no room left.');
  }

  #record(message: Message): MessageRecord {
    const record = this.#messages.get(message.number);
    if (!record) throw new StoreRefusal('message-not-found', 'The message is gone.');
    return record;
  }

  #now(): number {
    return this.#clock.now().getTime();
  }

  #place(message: MessageRecord, folder: FolderRecord): void {
    this.#sequence += 1;
    message.location = this.#numbers += 1;
    message.placedAt = this.#now();
    message.placedSequence = this.#sequence;
    message.sequence = this.#sequence;
    message.beyondMarkSequence = this.#sequence;
    folder.sequence = this.#sequence;
    folder.take(message);
  }

  #takeOut(message: MessageRecord, movedTo?: FolderRecord): void {
    const folder = message.folder as FolderRecord;
    const { number, location, uid, placedSequence } = message;
    this.#sequence += 1;
    folder.sequence = this.#sequence;
    folder.remove(message, { number, location, uid, placedSequence, sequence: this.#sequence, removedAt: this.#now(), ...(movedTo && { movedTo }) });
    this.#tell({ kind: 'message-removed', folder, number, location, uid, ...(movedTo && { movedTo }) });
  }

  #erase(message: MessageRecord): void {
    this.#takeOut(message);
    this.#messages.delete(message.number);
  }

  #messageChanged(message: MessageRecord, { content, markOnly }: { readonly content: boolean; readonly markOnly: boolean }): Message {
    const folder = message.folder as FolderRecord;
    this.#sequence += 1;
    message.sequence = this.#sequence;
    if (!markOnly) message.beyondMarkSequence = this.#sequence;
    message.modifiedAt = this.#now();
    folder.sequence = this.#sequence;
    this.#tell({ kind: 'message-updated', folder, message, contentChanged: content });
    return message;
  }

  #folderChanged(folder: FolderRecord): Folder {
    this.#sequence += 1;
    folder.sequence = this.#sequence;
    this.#tell({ kind: 'folder-updated', folder });
    return folder;
  }

  #tell(event: MailboxEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
