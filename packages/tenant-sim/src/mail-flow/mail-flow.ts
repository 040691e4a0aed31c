import type { TenantClock } from '../clock.ts';
import type { AppRegistration } from '../directory/app.ts';
import type { Directory } from '../directory/directory.ts';
import type { TenantUser } from '../directory/user.ts';
import type { TenantBehaviour } from '../door.ts';
import type { FaultRegistry } from '../faults/registry.ts';
import { editHeaders } from '../mime/edit.ts';
import { headerFacts } from '../mime/facts.ts';
import type { FolderKey, Mailbox } from '../store/mailbox.ts';
import type { Message, MessageState } from '../store/message.ts';
import { keptSource } from '../store/source.ts';
import type { MailStore } from '../store/store.ts';
import { faultyMessageId } from './message-id-faults.ts';
import { nonDeliveryReport } from './non-delivery-report.ts';
import { SendingQuota } from './quota.ts';
import { SubmissionRefusal } from './refusal.ts';

/** Mail handed over for sending, by whichever door. */
export interface Submission {
  /** The mailbox it is sent from: where the copy goes. */
  readonly mailbox: Mailbox;
  /** Who sends: the one that signed in. */
  readonly sender: { readonly user?: TenantUser; readonly app?: AppRegistration };
  readonly mailFrom: string;
  readonly rcptTo: readonly string[];
  readonly raw: Buffer;
  readonly via: 'smtp' | 'graph';
  /** Default true. */
  readonly saveToSentItems?: boolean;
  /** The draft that is sent; it becomes the Sent copy, under the same immutable id. */
  readonly draft?: Message;
}

/** What left, or is about to. */
export interface SubmittedMail {
  readonly mailbox: string;
  readonly mailFrom: string;
  readonly rcptTo: readonly string[];
  /** As recipients get it: without Bcc. */
  readonly raw: Buffer;
  readonly at: Date;
  readonly via: 'smtp' | 'graph';
}

export interface DeliverOptions extends Partial<MessageState> {
  readonly folder?: FolderKey;
  readonly arrivedAt?: Date;
}

/** The way of mail through the tenant: who may send what, what arrives where, and what becomes of the copy. */
export interface MailFlow extends AsyncDisposable {
  /** Puts mail into a mailbox as if it had just arrived, faults of delivery included. */
  deliver(mailbox: Mailbox, raw: Uint8Array, options?: DeliverOptions): Message;
  /** Whether this tenant would have a mailbox for the address, and has none. */
  isUnknown(address: string): boolean;
  /** Whether the sender may use an address. */
  maySendAs(submission: Pick<Submission, 'mailbox' | 'sender'>, address: string): boolean;
  /** Throws a SubmissionRefusal before anything has happened; otherwise the mail is on its way. Answers the copy, if one is kept. */
  submit(submission: Submission): Message | undefined;
  /** Everything taken for sending, oldest first; the oldest are forgotten after 10,000. */
  readonly submitted: readonly SubmittedMail[];
  /** Of these, what went to addresses elsewhere. It goes nowhere; it is kept here to be looked at. */
  readonly outbound: readonly SubmittedMail[];
  /** Resolves when nothing waits to be sent or moved any more. */
  idle(): Promise<void>;
  /** Forgets what was sent, and what waits to be. */
  reset(): void;
}

export interface MailFlowOptions {
  readonly clock: TenantClock;
  readonly directory: Directory;
  readonly faults: FaultRegistry;
  readonly store: MailStore;
  readonly behaviour: TenantBehaviour;
}

const REMEMBERED = 10_000;

export const createMailFlow = (options: MailFlowOptions): MailFlow => new Flow(options);

class Flow implements MailFlow {
  readonly submitted: SubmittedMail[] = [];
  readonly #options: MailFlowOptions;
  readonly #quotas = new Map<string, SendingQuota>();
  readonly #waiting = new Set<Promise<void>>();
  #ending = new AbortController();

  constructor(options: MailFlowOptions) {
    this.#options = options;
  }

  get outbound(): readonly SubmittedMail[] {
    return this.submitted.filter(({ rcptTo }) => rcptTo.some((address) => !this.#isOurs(address)));
  }

  deliver(mailbox: Mailbox, raw: Uint8Array, { folder = 'inbox', arrivedAt, ...state }: DeliverOptions = {}): Message {
    const { clock, faults } = this.#options;
    const place = { mailbox: mailbox.address };
    const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
    const as = faults.take('delivery.message-id', place)?.as;
    const old = faults.take('delivery.old-date', place);
    const arrival = old ? new Date(clock.now().getTime() - old.ms) : arrivedAt;
    return mailbox.append(folder, { ...state, source: keptSource(as ? faultyMessageId(bytes, as, mailbox) : bytes), ...(arrival && { arrivedAt: arrival }) });
  }

  isUnknown(address: string): boolean {
    return this.#isOurs(address) && !this.#options.store.mailbox(address);
  }

  maySendAs({ mailbox, sender: { user, app } }: Pick<Submission, 'mailbox' | 'sender'>, address: string): boolean {
    const { directory } = this.#options;
    const owner = directory.user(address);
    if (!owner) return false;
    // By id: a user that has changed since the session began is another object.
    if (owner.id === mailbox.id && (user === undefined || owner.id === user.id)) return true;
    const senders = new Set([user?.userPrincipalName.toLowerCase(), user?.id, app?.servicePrincipalId]);
    return owner.delegates.some(({ who, right }) => right !== 'full-access' && senders.has(who.toLowerCase()));
  }

  submit(submission: Submission): Message | undefined {
    const { mailbox, rcptTo, saveToSentItems = true } = submission;
    const raw = this.#completed(submission);
    const quota = this.#quotaOf(mailbox);
    this.#refuse({ ...submission, raw }, quota);
    const wait = Math.max(quota.count(rcptTo.length, this.#limits), this.#options.faults.take('delivery.sent-copy-late', { mailbox: mailbox.address })?.ms ?? 0);
    const copy = saveToSentItems || submission.draft ? this.#copyIn(wait > 0 ? 'drafts' : 'sentitems', submission, raw) : undefined;
    if (wait === 0) this.#leave(submission, raw, copy);
    else this.#later(wait, () => this.#leave(submission, raw, copy));
    return copy;
  }

  async idle(): Promise<void> {
    while (this.#waiting.size > 0) await Promise.all(this.#waiting);
  }

  reset(): void {
    this.#ending.abort();
    this.#ending = new AbortController();
    this.#quotas.clear();
    this.submitted.length = 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort();
    await Promise.allSettled(this.#waiting);
  }

  get #limits() {
    return this.#options.directory.tenant.limits;
  }

  #isOurs(address: string): boolean {
    const domain = address.slice(address.lastIndexOf('@') + 1).toLowerCase();
    return this.#options.directory.tenant.acceptedDomains.some((accepted) => accepted.toLowerCase() === domain);
  }

  #quotaOf(mailbox: Mailbox): SendingQuota {
    const quota = this.#quotas.get(mailbox.id) ?? new SendingQuota(this.#options.clock);
    this.#quotas.set(mailbox.id, quota);
    return quota;
  }

  #refuse(submission: Submission, quota: SendingQuota): void {
    const { mailFrom, raw, rcptTo } = submission;
    const from = headerFacts(raw).from?.address ?? mailFrom;
    const foreign = [mailFrom, from].find((address) => address !== '' && !this.maySendAs(submission, address));
    if (foreign !== undefined) throw new SubmissionRefusal('send-as-denied', `${submission.mailbox.address} not allowed to send as ${foreign}`);
    if (rcptTo.length === 0) throw new SubmissionRefusal('no-recipients', 'The message has no recipients.');
    if (raw.byteLength > this.#limits.messageBytes) throw new SubmissionRefusal('too-large', 'The message exceeds the maximum supported size.');
    if (rcptTo.length > this.#limits.recipientsPerMessage) throw new SubmissionRefusal('too-many-recipients', 'Too many recipients.');
    if (!quota.hasRoomFor(rcptTo.length, this.#limits)) throw new SubmissionRefusal('recipient-quota', 'Daily recipient limit exceeded.');
  }

  /** Exchange adds what a submission has to have and lacks (RFC 6409 §8). */
  #completed({ raw, mailbox }: Submission): Buffer {
    const { fields } = headerFacts(raw);
    const has = (name: string): boolean => fields.some((field) => field.name.toLowerCase() === name);
    const domain = mailbox.address.slice(mailbox.address.indexOf('@') + 1);
    const add = [
      ...(has('message-id') ? [] : [`Message-ID: <${crypto.randomUUID()}@${domain}>`]),
      ...(has('date') ? [] : [`Date: ${this.#options.clock.now().toUTCString().replace('GMT', '+0000')}`]),
    ];
    return add.length > 0 ? editHeaders(raw, { add }) : raw;
  }

  #copyIn(folder: 'drafts' | 'sentitems', { mailbox, draft }: Submission, raw: Buffer): Message {
    const isDraft = folder === 'drafts';
    if (!draft) return mailbox.append(folder, { source: keptSource(raw), isRead: true, isDraft });
    const sent = mailbox.replaceSource(draft, keptSource(raw), { isRead: true, isDraft });
    return isDraft ? sent : mailbox.move(sent, folder);
  }

  #leave({ mailbox, mailFrom, rcptTo, via, saveToSentItems = true }: Submission, raw: Buffer, copy: Message | undefined): void {
    const { store } = this.#options;
    const leaving = editHeaders(raw, { remove: ['Bcc'] });
    this.submitted.push({ mailbox: mailbox.address, mailFrom, rcptTo, raw: leaving, at: this.#options.clock.now(), via });
    if (this.submitted.length > REMEMBERED) this.submitted.shift();
    if (copy && mailbox.byNumber(copy.number)) {
      if (!saveToSentItems) mailbox.remove(copy, 'recoverable');
      else if (copy.folder.wellKnown !== 'sentitems') mailbox.move(mailbox.update(copy, { isDraft: false }), 'sentitems');
    }
    for (const recipient of new Set(rcptTo.map((address) => address.toLowerCase()))) {
      const to = store.mailbox(recipient);
      if (to) this.deliver(to, leaving);
      else if (this.isUnknown(recipient)) this.deliver(mailbox, nonDeliveryReport({ raw: leaving, recipient, to: mailFrom, at: this.#options.clock.now() }));
    }
  }

  #later(ms: number, work: () => void): void {
    const waiting = this.#options.clock
      .sleep(ms, this.#ending.signal)
      .then(work, () => {})
      .finally(() => this.#waiting.delete(waiting));
    this.#waiting.add(waiting);
  }
}
