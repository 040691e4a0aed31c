import { randomUUID } from 'node:crypto';
import type { CallOptions, Content, InternetMessageId } from '@signalbox/core';
import { abortableIterable } from '@signalbox/kit';
import { type Decision, type OutboxEntry, type OutboxFilter, type OutboxHistoryEvent, RouterError } from '@signalbox/store';
import type { MailboxRoutes } from '../routing/route.ts';
import { forwardOf, type ReplyOptions, replyTo } from './compose/answer.ts';
import { composeMail } from './compose/compose.ts';
import type { Original } from './compose/original.ts';
import type { SendingContext, SendingOptions } from './context.ts';
import { SpanKind } from '@opentelemetry/api';
import { observeOutbox } from '../telemetry/gauges.ts';
import { createTelemetry, messaging } from '../telemetry/telemetry.ts';
import { spanContextOf, traceparentOf } from '../telemetry/traceparent.ts';
import { createEngine } from './engine.ts';
import { removeLeftDrafts } from './left-drafts.ts';
import type { OutgoingFields, OutgoingMail } from './mail.ts';
import { type DeliveryReport, readDeliveryReport } from './report/read-report.ts';
import { SENDING_DEFAULTS, type SendingSettings } from './settings.ts';

export interface SendOptions extends CallOptions {
  /** The same key with the same mail is one mail, however often it is asked for. Absent: every call is a mail of its own. */
  readonly idempotencyKey?: string;
  /** Not before. */
  readonly sendAt?: Date;
  /** Default true. */
  readonly saveSentCopy?: boolean;
}

/** What a delivery brings to an answer. */
export interface Answered {
  readonly mailbox: string;
  /** W3C traceparent of what is answered. */
  readonly trace?: string | undefined;
  readonly original: Original;
}

export interface Forwarded extends Answered {
  /** The RFC 5322 bytes; they go along as they are. */
  readonly content: Content;
}

/** Everything about sending. A mail that `send` has returned is written down; `run` sends it, in this process or another. */
export interface Sending {
  /** Throws `mailbox.unknown`, `message.refused` for what cannot be sent as it is, `config.invalid` for a key that was used for another mail, `capability.unsupported` for a mailbox that does not send. */
  send(mailbox: string, mail: OutgoingMail, options?: SendOptions): Promise<OutboxEntry>;
  reply(answered: Answered, mail: OutgoingMail, options?: SendOptions & ReplyOptions): Promise<OutboxEntry>;
  forward(forwarded: Forwarded, mail: OutgoingFields, options?: SendOptions): Promise<OutboxEntry>;
  /** What has not left, or is held. Answers the entry as it is then: look at its `state`. `undefined` where there is none. */
  cancel(id: string): Promise<OutboxEntry | undefined>;
  /** What is held, refused or failed. */
  retry(id: string): Promise<OutboxEntry | undefined>;
  /** A person has seen that a held one arrived. */
  markSent(id: string): Promise<OutboxEntry | undefined>;
  get(id: string): Promise<OutboxEntry | undefined>;
  /** The newest first. */
  list(filter?: OutboxFilter): Promise<readonly OutboxEntry[]>;
  /** From its submission on. */
  history(id: string): Promise<readonly OutboxHistoryEvent[]>;
  /** Which of these Message-IDs are mail of ours, by the id of its entry: for mail that comes back. */
  ownOf(messageIds: readonly InternetMessageId[]): Promise<ReadonlyMap<InternetMessageId, string>>;
  /** Joins a report of failure (RFC 3464) to the mail it is about. `undefined` for what is none, or about none of ours. */
  report(raw: Uint8Array, options?: { readonly delivery?: string }): Promise<Reported | undefined>;
  /** Sends until the signal aborts, and then ends what is under way. One at a time in a process. */
  run(signal: AbortSignal): Promise<void>;
  /** From now on. */
  replaceSettings(settings: Partial<SendingSettings>): void;
  /** Ends what is under way in these mailboxes, and begins nothing in them until it is disposed: their way out is being replaced. */
  halt(mailboxIds: readonly string[]): Promise<Disposable>;
}

export interface Reported {
  readonly entry: OutboxEntry;
  readonly report: DeliveryReport;
}

export function createSending(options: SendingOptions): Sending {
  let settings = { ...SENDING_DEFAULTS, ...options.settings };
  const context: SendingContext = {
    ...options,
    get settings() {
      return settings;
    },
    telemetry: createTelemetry(),
    host: { monotonic: () => performance.now(), random: Math.random, ...options.host },
  };
  const { outbox, connections } = context;
  const engine = createEngine(context);
  const submitted = createSend(context, (mailbox) => engine.wake(mailbox));
  const send: Sending['send'] = (mailbox, mail, rest) => submitted(mailbox, mail, rest);

  const decide = async (id: string, decision: Decision): Promise<OutboxEntry | undefined> => {
    const decided = await outbox.decide(id, decision);
    if (decided?.isDone) {
      const { entry } = decided;
      context.onOutcome?.({ entry: id, mailbox: entry.mailbox, event: decision, state: entry.state });
      engine.wake(entry.mailbox);
      if (decision === 'cancelled' && entry.staged) await removeLeftDrafts(context, entry, new AbortController().signal);
    }
    return decided?.entry;
  };

  return {
    send,
    reply: ({ mailbox, original, trace }, mail, { all, ...rest } = {}) =>
      submitted(mailbox, replyTo(original, mail, findMailbox(connections.mailboxes, mailbox).mailbox.address, { ...(all !== undefined && { all }) }), rest, trace),
    forward: ({ mailbox, original, content, trace }, mail, rest) => submitted(mailbox, forwardOf(original, content, mail), rest, trace),
    cancel: (id) => decide(id, 'cancelled'),
    retry: (id) => decide(id, 'retried'),
    markSent: (id) => decide(id, 'found-sent'),
    get: (id) => outbox.find(id),
    list: (filter) => outbox.list(filter),
    async history(id) {
      const entry = await outbox.find(id);
      return entry ? [{ at: entry.createdAt, what: 'submitted' }, ...(await outbox.history(id))] : [];
    },
    ownOf: (messageIds) => outbox.ownOf(messageIds),
    async report(raw, { delivery } = {}) {
      const report = await readDeliveryReport(raw);
      if (!report) return undefined;
      const own = await outbox.ownOf(report.about);
      const id = report.about.map((messageId) => own.get(messageId)).find((found) => found !== undefined);
      const entry = id === undefined ? undefined : await outbox.reported(id, report.recipients.map((each) => ({ ...each, ...(delivery !== undefined && { delivery }) })));
      if (!entry) return undefined;
      context.onOutcome?.({ entry: entry.id, mailbox: entry.mailbox, event: 'reported', state: entry.state });
      return { entry, report };
    },
    async run(signal) {
      using _gauges = observeOutbox(context.telemetry.metrics, () => outbox.counts());
      await engine.run(signal);
    },
    replaceSettings(given) {
      settings = { ...SENDING_DEFAULTS, ...given };
      engine.wake();
    },
    halt: (mailboxes) => engine.halt(mailboxes),
  };
}

type Submit = (mailbox: string, mail: OutgoingMail, options?: SendOptions, answered?: string) => Promise<OutboxEntry>;

function createSend(context: SendingContext, onSubmitted: (mailbox: string) => void): Submit {
  const { connections, telemetry } = context;
  return async (mailboxId, mail, options = {}, answered?) => {
    options.signal?.throwIfAborted();
    const { mailbox } = findMailbox(connections.mailboxes, mailboxId);
    const id = randomUUID();
    const facts = messaging('submit', 'create', mailboxId, id);
    return telemetry.span('submit', { kind: SpanKind.PRODUCER, facts, link: answered }, async (span) => {
      const trace = traceparentOf(span.spanContext());
      const entry = await submit(context, { id, mailbox }, mail, options, trace);
      if (entry.id === id) telemetry.metrics.submitted.add(1);
      const earlier = entry.trace === trace ? undefined : spanContextOf(entry.trace);
      // The same key again: what becomes of the mail is told where it was asked for first.
      if (earlier) span.addLink({ context: earlier });
      onSubmitted(mailboxId);
      return entry;
    });
  };
}

interface Submission {
  readonly id: string;
  readonly mailbox: MailboxRoutes['mailbox'];
}

async function submit({ outbox, settings, host }: SendingContext, { id, mailbox }: Submission, mail: OutgoingMail, { idempotencyKey, sendAt, saveSentCopy, signal }: SendOptions, trace: string | undefined): Promise<OutboxEntry> {
  const date = host.clock.now();
  const composed = await composeMail(mail, { id, mailbox: mailbox.address, defaults: settings, date: sendAt && sendAt > date ? sendAt : date });
  const { entry } = await outbox.submit(
    {
      id,
      mailbox: mailbox.id,
      idempotencyKey: idempotencyKey ?? id,
      messageId: composed.messageId,
      ...(trace !== undefined && { trace }),
      ...(sendAt && { dueAt: sendAt }),
      mail: {
        from: composed.from,
        envelope: composed.envelope,
        bcc: composed.bcc,
        ...(composed.subject !== undefined && { subject: composed.subject }),
        ...(sendAt && { sendAt: sendAt.toISOString() }),
        ...(saveSentCopy !== undefined && { saveSentCopy }),
      },
      requestDigest: () => [composed.requestDigest(), sendAt?.toISOString() ?? '', saveSentCopy ?? ''].join(' '),
    },
    abortableIterable(composed.bytes, signal),
  );
  return entry;
}

/** A mailbox that is not meant to send is told so at once; one whose way out is broken may be mended before the mail is due. */
function findMailbox(mailboxes: readonly MailboxRoutes[], id: string): MailboxRoutes {
  const found = mailboxes.find(({ mailbox }) => mailbox.id === id);
  if (!found) throw new RouterError('mailbox.unknown', `The configuration has no mailbox "${id}".`);
  if (found.wanted.includes('send')) return found;
  throw new RouterError('mailbox.unknown', `The mailbox "${id}" is not configured to send.`, {
    remedy: { who: 'operator', action: 'fix-config', text: 'Add "send" with the name of a flow to the mailbox.' },
  });
}
