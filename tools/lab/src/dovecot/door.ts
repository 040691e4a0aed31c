import { chown, mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { addressOf, type Accounts, type LabUser, type UserOptions } from '../accounts.ts';
import { LabError } from '../lab-error.ts';
import { run } from '../process.ts';
import type { DeliverOptions, FolderStatus, SecondDoor, StoredMessage } from '../second-door.ts';
import { MAIL_UID } from './config.ts';
import { Doveadm, type Row } from './doveadm.ts';
import { emptyUidList, folderPath, maildirName, toServed, toStored } from './maildir.ts';

export interface DoorOptions {
  readonly accounts: Accounts;
  readonly mailDirectory: string;
  readonly configFile: string;
  readonly doveadmPort: number;
}

const BATCH = 64;

/** The way into the mailboxes that is not IMAP: Dovecot's administration API and the Maildir itself. */
export class Door implements SecondDoor {
  readonly #accounts: Accounts;
  readonly #mailDirectory: string;
  readonly #configFile: string;
  readonly #api: Doveadm;

  constructor(options: DoorOptions) {
    this.#accounts = options.accounts;
    this.#mailDirectory = options.mailDirectory;
    this.#configFile = options.configFile;
    this.#api = new Doveadm(options.doveadmPort);
  }

  /** Any doveadm command as a process (some 30 ms); what it prints. */
  async doveadm(...args: readonly string[]): Promise<string> {
    return (await run('doveadm', ['-c', this.#configFile, ...args])).toString();
  }

  /** A fresh user, known at once to every server of the lab but GreenMail. */
  createUser(name: string, options: UserOptions = {}): Promise<LabUser> {
    return this.#accounts.create(name, options);
  }

  /** Puts a message into the mailbox byte for byte (a lone LF is served as CRLF, see `StoredMessage.raw`). */
  async deliver(user: string, message: Uint8Array, options: DeliverOptions = {}): Promise<{ readonly uid: number }> {
    const folder = options.folder ?? 'INBOX';
    const guid = await this.#write(await this.#folder(user, folder), message, options);
    const [row] = await this.#fetch(user, folder, 'uid', ['guid', guid]);
    if (row === undefined) throw new LabError(`Dovecot did not find the message delivered to ${folder} of ${user}.`);
    const uid = Number(row['uid']);
    const keywords = options.keywords?.filter((keyword) => !keyword.startsWith('\\')) ?? [];
    if (keywords.length > 0) await this.addKeywords(user, folder, uid, keywords);
    return { uid };
  }

  /** Many messages at the price of their files: UIDs are given, in this order, when somebody looks. Of the keywords only system flags. */
  async deliverAll(user: string, messages: Iterable<Uint8Array>, options: DeliverOptions = {}): Promise<void> {
    const path = await this.#folder(user, options.folder ?? 'INBOX');
    const written: Promise<string>[] = [];
    for (const message of messages) {
      written.push(this.#write(path, message, options));
      if (written.length % BATCH === 0) await Promise.all(written.splice(0));
    }
    await Promise.all(written);
  }

  async messages(user: string, folder = 'INBOX'): Promise<readonly StoredMessage[]> {
    const rows = await this.#fetch(user, folder, 'uid guid flags');
    if (rows.length === 0) return [];
    const files = await this.#files(user, folder);
    return Promise.all(
      rows.map(async (row): Promise<StoredMessage> => {
        const file = files.get(baseOf(row['guid'] ?? ''));
        if (file === undefined) throw new LabError(`No file of UID ${row['uid']} in ${folder} of ${user}.`);
        const [stored, { mtime }] = await Promise.all([readFile(file), stat(file)]);
        const flags = (row['flags'] ?? '').split(' ').filter((flag) => flag !== '' && flag !== '\\Recent');
        return { uid: Number(row['uid']), flags, raw: toServed(stored), receivedAt: mtime };
      }),
    );
  }

  async addKeywords(user: string, folder: string, uid: number, keywords: readonly string[]): Promise<void> {
    await this.#api.call('flagsAdd', { user: addressOf(user), flag: keywords, query: one(folder, uid) });
  }

  async removeKeywords(user: string, folder: string, uid: number, keywords: readonly string[]): Promise<void> {
    await this.#api.call('flagsRemove', { user: addressOf(user), flag: keywords, query: one(folder, uid) });
  }

  async expunge(user: string, folder: string, uid: number): Promise<void> {
    await this.#api.call('expunge', { user: addressOf(user), query: one(folder, uid) });
  }

  async move(user: string, folder: string, uid: number, to: string): Promise<void> {
    await this.#api.call('move', { user: addressOf(user), destinationMailbox: to, query: one(folder, uid) });
  }

  async folders(user: string): Promise<readonly string[]> {
    const rows = await this.#api.call('mailboxList', { user: addressOf(user) });
    return rows.map((row) => row['mailbox'] ?? '').filter((name) => !name.startsWith('shared'));
  }

  async createFolder(user: string, folder: string): Promise<void> {
    await this.#api.call('mailboxCreate', { user: addressOf(user), mailbox: [folder], subscriptions: true });
  }

  async renameFolder(user: string, folder: string, to: string): Promise<void> {
    await this.#api.call('mailboxRename', { user: addressOf(user), mailbox: folder, newName: to });
  }

  /** With all that is in it. */
  async deleteFolder(user: string, folder: string): Promise<void> {
    await this.#api.call('mailboxDelete', { user: addressOf(user), mailbox: [folder], recursive: true });
  }

  async status(user: string, folder = 'INBOX'): Promise<FolderStatus & { readonly highestModseq: number }> {
    const field = ['messages', 'uidnext', 'uidvalidity', 'highestmodseq'];
    const [row] = await this.#api.call('mailboxStatus', { user: addressOf(user), mailboxMask: [folder], field });
    if (row === undefined) throw new LabError(`${user} has no folder ${folder}.`);
    const number = (name: string): number => Number(row[name]);
    return {
      messages: number('messages'),
      uidNext: number('uidnext'),
      uidValidity: number('uidvalidity'),
      highestModseq: number('highestmodseq'),
    };
  }

  /** UIDs stay. Sessions in which the folder is selected end with BYE at their next command. */
  async setUidValidity(user: string, folder: string, uidValidity: number): Promise<void> {
    await this.#api.call('mailboxUpdate', { user: addressOf(user), mailbox: folder, uidValidity });
  }

  /**
   * Numbers all messages of the folder anew from `nextUid`, under the same UIDVALIDITY: what no server may do, and
   * what restored backups did. Ends the user's sessions first, for they would write their own numbers back.
   */
  async rewindUidNext(user: string, folder = 'INBOX', nextUid = 1): Promise<void> {
    const { uidValidity } = await this.status(user, folder);
    await this.kick(user);
    while ((await this.processIds(user)).length > 0) await sleep(10);
    const path = await this.#folder(user, folder);
    const stale = (await readdir(path)).filter((name) => /^dovecot\.index|^dovecot-uidlist/u.test(name));
    await Promise.all(stale.map((name) => rm(join(path, name))));
    await this.#own(join(path, 'dovecot-uidlist'), emptyUidList(uidValidity, nextUid));
  }

  /** Ends the user's connections: `* BYE Server shutting down.` and a close. How many there were. */
  async kick(user: string): Promise<number> {
    const sessions = await this.#sessions(user);
    if (sessions.length > 0) await this.#api.call('kick', { mask: [addressOf(user)] });
    return sessions.length;
  }

  /** The processes serving the user now: SIGSTOP makes one hang, SIGCONT heals it, SIGKILL ends it without BYE. */
  async processIds(user: string): Promise<readonly number[]> {
    return (await this.#sessions(user)).map((row) => Number(row['pid']));
  }

  protected close(): void {
    this.#api.close();
  }

  async #sessions(user: string): Promise<readonly Row[]> {
    const rows = await this.#api.call('who', { separateConnections: true, mask: [addressOf(user)] });
    return rows.filter((row) => row['username'] === addressOf(user));
  }

  #fetch(user: string, folder: string, fields: string, which: readonly string[] = ['ALL']): Promise<readonly Row[]> {
    return this.#api.call('fetch', { user: addressOf(user), field: fields.split(' '), query: ['mailbox', folder, ...which] });
  }

  async #write(path: string, message: Uint8Array, options: DeliverOptions): Promise<string> {
    const stored = toStored(message);
    const { guid, name } = maildirName(stored, options.keywords ?? []);
    const unfinished = join(path, 'tmp', name);
    await this.#own(unfinished, stored);
    if (options.receivedAt !== undefined) await utimes(unfinished, options.receivedAt, options.receivedAt);
    await rename(unfinished, join(path, 'new', name));
    return guid;
  }

  async #own(file: string, content: Uint8Array | string): Promise<void> {
    await writeFile(file, content, { mode: 0o600 });
    await chown(file, MAIL_UID, MAIL_UID);
  }

  /** The folder's directory, which exists afterwards. */
  async #folder(user: string, folder: string): Promise<string> {
    const [name = '', domain = ''] = addressOf(user).split('@');
    if (!this.#accounts.has(addressOf(user))) throw new LabError(`${user} is no user of this lab.`);
    const path = join(this.#mailDirectory, domain, name, 'Maildir', folderPath(folder));
    const there = await stat(join(path, 'tmp')).catch(() => undefined);
    if (there !== undefined) return path;
    if (folderPath(folder) === '') {
      for (const part of ['..', '.', 'cur', 'new', 'tmp']) {
        await mkdir(join(path, part), { recursive: true, mode: 0o700 });
        await chown(join(path, part), MAIL_UID, MAIL_UID);
      }
      await chown(join(this.#mailDirectory, domain), MAIL_UID, MAIL_UID);
    } else {
      await this.createFolder(user, folder);
    }
    return path;
  }

  /** Every message file of the folder, by the part of its name that never changes. */
  async #files(user: string, folder: string): Promise<ReadonlyMap<string, string>> {
    const path = await this.#folder(user, folder);
    const names = await Promise.all(['new', 'cur'].map(async (part) => (await readdir(join(path, part))).map((name) => join(part, name))));
    return new Map(names.flat().map((name) => [baseOf(name.slice(4)), join(path, name)]));
  }
}

const one = (folder: string, uid: number): readonly string[] => ['mailbox', folder, 'uid', String(uid)];

const baseOf = (name: string): string => /^[^:,]*/u.exec(name)?.[0] ?? name;
