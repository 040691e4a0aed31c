import { link, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Lab, startLab } from '@signalbox/lab';
import { makeMessage } from '../messages.ts';
import type { BenchMailbox, RouterServer } from './calls.ts';

type Dovecot = NonNullable<Lab['dovecot']>;

const KB = 1024;
const SIZE = 10 * KB;
const HELD = 1_000;
const MAILBOXES = 50;
const SINK = 'sink@lab.test';
const AT_ONCE = 64;

/** A Dovecot of its own, with fifty mailboxes that hold a thousand messages each, and one that mail is sent to. */
export class LabMailboxes implements AsyncDisposable {
  readonly server: RouterServer;
  readonly sink = SINK;
  readonly #lab: Lab;
  readonly #dovecot: Dovecot;

  private constructor(lab: Lab, dovecot: Dovecot, mailboxes: readonly BenchMailbox[]) {
    const { imapsPort, submissionsPort } = dovecot;
    this.server = { host: '127.0.0.1', imapsPort, submissionsPort, ca: lab.ca, mailboxes };
    this.#lab = lab;
    this.#dovecot = dovecot;
  }

  static async start(): Promise<LabMailboxes> {
    const lab = await startLab({ servers: ['dovecot'] });
    try {
      const { dovecot } = lab;
      if (dovecot === undefined) throw new Error('The lab started without Dovecot.');
      await dovecot.createUser(SINK);
      const mailboxes: BenchMailbox[] = [];
      for (let number = 1; number <= MAILBOXES; number++) {
        const { user, password } = await dovecot.createUser(`box${number}@lab.test`);
        mailboxes.push({ id: `box${number}`, address: user, password });
      }
      const started = new LabMailboxes(lab, dovecot, mailboxes);
      await started.#fill();
      return started;
    } catch (error) {
      await lab[Symbol.asyncDispose]();
      throw error;
    }
  }

  get ids(): readonly string[] {
    return this.server.mailboxes.map(({ id }) => id);
  }

  /** Puts a message into a mailbox as a delivery agent does. Answers when it began to be written. */
  async deliver(id: string, place: string, index: number): Promise<number> {
    const message = makeMessage({ index, size: SIZE, place });
    const at = performance.timeOrigin + performance.now();
    await this.#dovecot.deliverAll(`${id}@lab.test`, [message]);
    return at;
  }

  /** Many at once, spread over these mailboxes in turn. Answers when the first began to be written. */
  async deliverAll(ids: readonly string[], place: string, count: number): Promise<number> {
    const at = performance.timeOrigin + performance.now();
    await Promise.all(
      ids.map(async (id, first) => {
        const messages = function* (): Generator<Buffer> {
          for (let index = first; index < count; index += ids.length) yield makeMessage({ index, size: SIZE, place });
        };
        await this.#dovecot.deliverAll(`${id}@lab.test`, messages());
      }),
    );
    return at;
  }

  async emptySink(): Promise<void> {
    await this.#dovecot.doveadm('expunge', '-u', SINK, 'mailbox', 'INBOX', 'ALL');
  }

  /** The same thousand for everybody, written once: Maildir files are never changed. */
  async #fill(): Promise<void> {
    const [first, ...others] = this.ids;
    if (first === undefined) return;
    const messages = function* (): Generator<Buffer> {
      for (let index = 0; index < HELD; index++) yield makeMessage({ index, size: SIZE, place: 'held' });
    };
    await this.#dovecot.deliverAll(`${first}@lab.test`, messages());
    const newOf = (id: string): string => join(this.#lab.directory, 'mail', 'lab.test', id, 'Maildir', 'new');
    const names = await readdir(newOf(first));
    for (const id of others) {
      await this.#dovecot.deliverAll(`${id}@lab.test`, []);
      for (let from = 0; from < names.length; from += AT_ONCE) await Promise.all(names.slice(from, from + AT_ONCE).map((name) => link(join(newOf(first), name), join(newOf(id), name))));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lab[Symbol.asyncDispose]();
  }
}
