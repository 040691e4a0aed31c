import { addressOf, type LabUser } from '../accounts.ts';
import { LabError } from '../lab-error.ts';
import { fromModifiedUtf7, toModifiedUtf7 } from '../modified-utf7.ts';
import type { DeliverOptions, FolderStatus, SecondDoor, StoredMessage } from '../second-door.ts';
import { converse, quoted, type ImapCommand, type ImapResponse } from './converse.ts';

/**
 * The way into GreenMail's mailboxes beside the transport: its REST API for users, a raw IMAP dialogue for mail.
 * Only the last can give a message its date, its flags and its folder.
 */
export class GreenMailDoor implements SecondDoor {
  readonly #api: string;
  readonly #imapPort: number;
  readonly #passwords = new Map<string, string>();

  constructor(apiPort: number, imapPort: number) {
    this.#api = `http://127.0.0.1:${apiPort}/api`;
    this.#imapPort = imapPort;
  }

  /** GreenMail takes a user's password for XOAUTH2 too: to let a token in, make it the password. */
  async createUser(name: string, options: { readonly password?: string } = {}): Promise<LabUser> {
    const user = addressOf(name);
    if (this.#passwords.has(user)) throw new LabError(`${user} exists already.`);
    const password = options.password ?? `${user.slice(0, user.indexOf('@'))}-pass`;
    await this.#post('user', { email: user, login: user, password });
    this.#passwords.set(user, password);
    return { user, password };
  }

  async deliver(user: string, message: Uint8Array, options: DeliverOptions = {}): Promise<{ readonly uid: number }> {
    const folder = options.folder ?? 'INBOX';
    if (folder !== 'INBOX' && !(await this.folders(user)).includes(folder)) await this.createFolder(user, folder);
    const flags = options.keywords === undefined ? '' : ` (${options.keywords.join(' ')})`;
    const date = options.receivedAt === undefined ? '' : ` "${imapDate(options.receivedAt)}"`;
    const [appended] = await this.#converse(user, [[`APPEND ${mailbox(folder)}${flags}${date}`, message]]);
    const uid = /\[APPENDUID \d+ (\d+)\]/u.exec(appended?.at(-1)?.text ?? '')?.[1];
    if (uid === undefined) throw new LabError('GreenMail did not tell the UID of an appended message.');
    return { uid: Number(uid) };
  }

  async messages(user: string, folder = 'INBOX'): Promise<readonly StoredMessage[]> {
    // EXAMINE: to look must not take \Recent from anybody.
    const [, fetched = []] = await this.#converse(user, [`EXAMINE ${mailbox(folder)}`, 'UID FETCH 1:* (UID FLAGS INTERNALDATE BODY.PEEK[])']);
    return fetched.filter(({ text }) => text.includes(' FETCH (')).map(toMessage);
  }

  async addKeywords(user: string, folder: string, uid: number, keywords: readonly string[]): Promise<void> {
    await this.#converse(user, [`SELECT ${mailbox(folder)}`, `UID STORE ${uid} +FLAGS (${keywords.join(' ')})`]);
  }

  async removeKeywords(user: string, folder: string, uid: number, keywords: readonly string[]): Promise<void> {
    await this.#converse(user, [`SELECT ${mailbox(folder)}`, `UID STORE ${uid} -FLAGS (${keywords.join(' ')})`]);
  }

  async expunge(user: string, folder: string, uid: number): Promise<void> {
    await this.#converse(user, [`SELECT ${mailbox(folder)}`, `UID STORE ${uid} +FLAGS (\\Deleted)`, `UID EXPUNGE ${uid}`]);
  }

  async move(user: string, folder: string, uid: number, to: string): Promise<void> {
    await this.#converse(user, [`SELECT ${mailbox(folder)}`, `UID MOVE ${uid} ${mailbox(to)}`]);
  }

  async folders(user: string): Promise<readonly string[]> {
    const [listed = []] = await this.#converse(user, ['LIST "" "*"']);
    return listed.flatMap(({ text }) => {
      const name = /^\* LIST \([^)]*\) (?:"[^"]*"|NIL) "?(.*?)"?$/u.exec(text)?.[1];
      return name === undefined ? [] : [fromModifiedUtf7(name.replace(/\\(["\\])/gu, '$1'))];
    });
  }

  /** GreenMail's separator is the dot: `A.B` lies in `A`. */
  async createFolder(user: string, folder: string): Promise<void> {
    await this.#converse(user, [`CREATE ${mailbox(folder)}`]);
  }

  async renameFolder(user: string, folder: string, to: string): Promise<void> {
    await this.#converse(user, [`RENAME ${mailbox(folder)} ${mailbox(to)}`]);
  }

  async deleteFolder(user: string, folder: string): Promise<void> {
    await this.#converse(user, [`DELETE ${mailbox(folder)}`]);
  }

  async status(user: string, folder = 'INBOX'): Promise<FolderStatus> {
    const [answer] = await this.#converse(user, [`STATUS ${mailbox(folder)} (MESSAGES UIDNEXT UIDVALIDITY)`]);
    const text = answer?.[0]?.text ?? '';
    const number = (name: string): number => Number(new RegExp(`${name} (\\d+)`, 'u').exec(text)?.[1]);
    return { messages: number('MESSAGES'), uidNext: number('UIDNEXT'), uidValidity: number('UIDVALIDITY') };
  }

  /** Removes every message of every user; the users stay. */
  async purge(): Promise<void> {
    await this.#post('mail/purge');
  }

  async #converse(user: string, commands: readonly ImapCommand[]): Promise<readonly ImapResponse[][]> {
    const address = addressOf(user);
    const password = this.#passwords.get(address);
    if (password === undefined) throw new LabError(`${address} is no user of this GreenMail.`);
    return converse(this.#imapPort, address, password, commands);
  }

  async #post(path: string, body?: unknown): Promise<void> {
    const response = await fetch(`${this.#api}/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new LabError(`GreenMail answered ${response.status} to ${path}: ${await response.text()}`);
    await response.arrayBuffer();
  }
}

const mailbox = (folder: string): string => quoted(toModifiedUtf7(folder));

function toMessage({ text, literals }: ImapResponse): StoredMessage {
  const flags = /FLAGS \(([^)]*)\)/u.exec(text)?.[1] ?? '';
  const [raw] = literals;
  if (raw === undefined) throw new LabError(`GreenMail sent a message without its bytes: ${text}`);
  return {
    uid: Number(/UID (\d+)/u.exec(text)?.[1]),
    flags: flags.split(' ').filter((flag) => flag !== '' && flag !== '\\Recent'),
    raw,
    receivedAt: new Date(/INTERNALDATE "([^"]*)"/u.exec(text)?.[1] ?? ''),
  };
}

/** `02-Jan-2020 03:04:05 +0000`. GreenMail takes the hour 12 for 0, so noon is told as one o'clock an hour further east. */
function imapDate(date: Date): string {
  const east = date.getUTCHours() === 12;
  const local = new Date(date.getTime() + (east ? 3_600_000 : 0));
  const [, day, month, year, time] = /^\w+, (\d+) (\w+) (\d+) ([\d:]+)/u.exec(local.toUTCString()) ?? [];
  return `${day}-${month}-${year} ${time} ${east ? '+0100' : '+0000'}`;
}
