import { randomUUID } from 'node:crypto';
import { type EmailAddress, type Envelope, type Keyword, MailError, PartialFailureError } from '@signalbox/core';
import { abortable } from '@signalbox/kit';
import { MemoryMailbox, type NewMail } from './mailbox.ts';
import * as refusals from './refusals.ts';
import type { SubmittedMessage } from './submission.ts';

/** What a client holds after signing in; the server decides at every request whether it still counts. */
export interface Ticket {
  readonly address: EmailAddress;
  readonly generation: number;
  readonly connection: number;
}

/** What a server is like; every default is the most it can do. */
export interface MemoryServerOptions {
  /** Names it within `refSpace`. */
  readonly name?: string;
  /** A mailbox that somebody opens or writes to comes into being, and any credential opens it. Default: only mailboxes that were added exist. */
  readonly openToAll?: boolean;
  /** `from-headers`: who is in To, Cc and Bcc gets it, as with Microsoft Graph. */
  readonly envelope?: 'explicit' | 'from-headers';
  readonly sentCopy?: 'automatic' | 'on-request' | 'none';
  /** The keywords it can store. */
  readonly keywords?: 'any' | readonly Keyword[];
  /** `drafts`: what is put into a folder is a draft, as with Microsoft Graph. */
  readonly appends?: 'any' | 'drafts';
  /** The largest message it takes, in octets. */
  readonly maxBytes?: number;
}

/** What can go wrong on purpose. Tests turn these by hand. */
export interface MemoryFaults {
  /** No request is answered before this settles. */
  hanging?: Promise<void> | undefined;
  throttled: boolean;
  /** Every sign-in is refused. */
  refusing: boolean;
  /** Nothing can be stored any more. */
  full: boolean;
  /** The next content is taken, but its answer is lost. */
  losingNextAnswer: boolean;
}

/** A mail server in memory: mailboxes by address, submissions to each other, switches for every fault. There is no wire, so it answers in MailErrors. */
export class MemoryServer {
  readonly options: Required<MemoryServerOptions>;
  readonly faults: MemoryFaults = { throttled: false, refusing: false, full: false, losingNextAnswer: false };
  /** Addresses refused as recipients. */
  readonly refusedRecipients = new Set<EmailAddress>();
  readonly submitted: SubmittedMessage[] = [];
  readonly #mailboxes = new Map<EmailAddress, MemoryMailbox>();
  #connection = 0;

  constructor(options: MemoryServerOptions = {}) {
    this.options = { name: randomUUID(), openToAll: false, envelope: 'explicit', sentCopy: 'on-request', keywords: 'any', appends: 'any', maxBytes: 100 * 1024 * 1024, ...options };
  }

  /** `secrets`: the passwords and tokens that open it; any does when absent. */
  addMailbox(address: EmailAddress, secrets?: Iterable<string>): MemoryMailbox {
    const mailbox = new MemoryMailbox(address, secrets);
    this.#mailboxes.set(address.toLowerCase(), mailbox);
    return mailbox;
  }

  mailbox(address: EmailAddress): MemoryMailbox | undefined {
    return this.#mailboxes.get(address.toLowerCase()) ?? (this.options.openToAll ? this.addMailbox(address) : undefined);
  }

  /** Puts a message into a mailbox, as if it had just arrived there unread. */
  deliver(address: EmailAddress, message: NewMail): void {
    const mailbox = this.mailbox(address);
    if (!mailbox) throw refusals.noMailbox(address);
    mailbox.deliver(message);
  }

  /** Cuts every open connection; whoever watches a folder notices. */
  dropConnections(): void {
    this.#connection += 1;
    for (const mailbox of this.#mailboxes.values()) for (const folder of mailbox.folders.values()) folder.notify();
  }

  /** Throws `mailbox.not-found`, `auth.rejected`. */
  async signIn(address: EmailAddress, secret: string, signal?: AbortSignal): Promise<Ticket> {
    await abortable(this.faults.hanging ?? Promise.resolve(), signal);
    const mailbox = this.mailbox(address);
    if (!mailbox) throw refusals.noMailbox(address);
    if (this.faults.refusing || mailbox.secrets?.has(secret) === false) throw refusals.credential();
    return { address, generation: mailbox.generation, connection: this.#connection };
  }

  /** Answers one request. Throws `connection.lost`, `throttled`, `auth.rejected`. */
  async serve<T>(ticket: Ticket, work: (mailbox: MemoryMailbox) => T | Promise<T>, signal?: AbortSignal): Promise<T> {
    await abortable(this.faults.hanging ?? Promise.resolve(), signal);
    const mailbox = this.mailbox(ticket.address);
    if (!mailbox) throw refusals.noMailbox(ticket.address);
    if (ticket.connection !== this.#connection) throw refusals.connectionLost();
    if (this.faults.throttled) throw refusals.throttled();
    if (this.faults.refusing || ticket.generation !== mailbox.generation) throw refusals.credential();
    return work(mailbox);
  }

  /** Throws `message.too-large`, `sender.refused`, `recipient.refused`, `PartialFailureError`, and `connection.lost` when it took the message and cannot say so. */
  submit(mailbox: MemoryMailbox, { mailFrom, rcptTo }: Envelope, raw: Uint8Array): void {
    if (raw.byteLength > this.options.maxBytes) throw refusals.tooLarge(raw.byteLength, this.options.maxBytes);
    if (mailFrom.toLowerCase() !== mailbox.address.toLowerCase()) throw refusals.sender(mailFrom);
    const accepted = rcptTo.filter((recipient) => !this.refusedRecipients.has(recipient));
    const failed = rcptTo.filter((recipient) => !accepted.includes(recipient)).map((item) => ({ item, error: refusals.recipient(item) }));
    const [first] = failed;
    if (first && accepted.length === 0) throw failed.length === 1 ? first.error : new MailError('recipient.refused', 'No recipient was accepted.');
    this.submitted.push({ mailFrom, rcptTo: accepted, raw });
    for (const recipient of accepted) this.mailbox(recipient)?.deliver({ raw });
    if (this.faults.losingNextAnswer) {
      this.faults.losingNextAnswer = false;
      throw refusals.connectionLost();
    }
    if (failed.length > 0) throw new PartialFailureError(`${failed.length} of ${rcptTo.length} recipients were refused.`, accepted, failed);
  }
}

/** A server of its own, empty. */
export const createMemoryServer = (options?: MemoryServerOptions): MemoryServer => new MemoryServer(options);
