import { context, SpanStatusCode, trace } from '@opentelemetry/api';
import { type EmailAddress, isMailError } from '@signalbox/core';
import { type FailureWords, isRouterError, type OutboxClaim, type OutboxFailure, type OutboxMail, type Outcome } from '@signalbox/store';
import { asAttributes } from '../telemetry/metrics.ts';
import type { SendingContext } from './context.ts';
import type { FailureClass } from './failure.ts';

/** Writes down what became of a claim, and tells it. Whoever has lost the lease writes nothing: it is found out by whoever has it. */
export async function settle(sending: SendingContext, claim: OutboxClaim, outcome: Outcome): Promise<void> {
  const { outbox, host, onOutcome, telemetry } = sending;
  const { id, mailbox, attempt } = claim.entry;
  const facts = { 'signalbox.mailbox': mailbox, 'messaging.message.id': id, 'signalbox.outbox.event': outcome.event };
  try {
    const state = await telemetry.span('settle', { facts }, async (span) => {
      const after = await persistently(sending, claim, () => outbox.settle(claim, outcome));
      if (after !== undefined) span.setAttribute('signalbox.outbox.state', after);
      return after;
    });
    const code = outcome.failure?.code;
    tellAttempt(outcome, state);
    if (state !== undefined) count(sending, claim, outcome, state);
    const level = levelOf(state);
    // Held without a failure of its own: nothing proves what became of it.
    const known = level === 'warn' ? { code: code ?? claim.entry.lastError?.code ?? 'delivery.unknown' } : {};
    host.log.log(level, `sending.${outcome.event}`, { mailbox, entry: id, attempt, state: state ?? 'not changed', ...known, ...outcome.failure, ...outcome.detail });
    if (state !== undefined) onOutcome?.({ entry: id, mailbox, event: outcome.event, state, ...(code !== undefined && { code }) });
  } catch (error) {
    if (!isRouterError(error) || error.code !== 'lease.lost') throw error;
    host.log.log('warn', 'sending.lease-lost', { mailbox, entry: id, attempt, event: outcome.event, code: error.code });
  }
}

/** The attempt or the look that is under way says how it ended: it has no failure of its own, however it ends. */
function tellAttempt({ event, failure }: Outcome, state: string | undefined): void {
  const span = trace.getSpan(context.active());
  span?.setAttributes(asAttributes({ 'signalbox.outbox.event': event, ...(state !== undefined && { 'signalbox.outbox.state': state }), ...(failure && { 'error.type': failure.code }) }));
  if (failure) span?.setStatus({ code: SpanStatusCode.ERROR });
}

function count({ telemetry: { metrics } }: SendingContext, { entry }: OutboxClaim, { event, failure }: Outcome, state: string): void {
  metrics.sends.add(1, asAttributes({ 'signalbox.outbox.event': event, 'signalbox.outbox.state': state, ...(failure && { 'error.type': failure.code }) }));
  // By the clock of the store at both ends.
  const began = Math.max(entry.createdAt.getTime(), entry.mail?.sendAt === undefined ? 0 : Date.parse(entry.mail.sendAt));
  if (state === 'sent') metrics.sendTime.record(Math.max(0, entry.updatedAt.getTime() - began) / 1000);
}

/** A busy store must not make a mail unknown that was sent. */
async function persistently<T>({ host }: SendingContext, { entry: { id, mailbox } }: OutboxClaim, write: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await write();
    } catch (error) {
      if (attempt >= MOST_WRITES || !isMailError(error) || error.retry !== 'safe') throw error;
      host.log.log('warn', 'sending.not-written', { mailbox, entry: id, code: error.code, attempt });
      await host.clock.sleep(FIRST_PAUSE_MS * 2 ** attempt);
    }
  }
}

const MOST_WRITES = 5;
const FIRST_PAUSE_MS = 100;

const levelOf = (state: string | undefined): 'info' | 'warn' => (state === 'sent' || state === 'queued' || state === 'unknown' ? 'info' : 'warn');

/** What the store keeps of a failure: class and code in clear, the words sealed. */
export function failureOf(error: unknown, failure: FailureClass): { readonly failure: OutboxFailure; readonly words: FailureWords } {
  if (!isMailError(error)) return { failure: { class: failure, code: 'internal' }, words: { code: 'internal', message: 'The transport failed in a way that it does not explain.' } };
  const { code, message, remedy, detail } = error;
  return { failure: { class: failure, code }, words: { code, message, ...(remedy && { remedy }), ...(detail && { detail }) } };
}

/** Everybody whom the mail is still to reach. */
export const recipientsLeft = ({ left, envelope }: OutboxMail): readonly EmailAddress[] => left ?? envelope.rcptTo;
