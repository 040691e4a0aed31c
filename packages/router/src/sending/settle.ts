import { type EmailAddress, isMailError } from '@signalbox/core';
import { type FailureWords, isRouterError, type OutboxClaim, type OutboxFailure, type OutboxMail, type Outcome } from '@signalbox/store';
import type { SendingContext } from './context.ts';
import type { FailureClass } from './failure.ts';

/** Writes down what became of a claim, and tells it. Whoever has lost the lease writes nothing: it is found out by whoever has it. */
export async function settle(context: SendingContext, claim: OutboxClaim, outcome: Outcome): Promise<void> {
  const { outbox, host, onOutcome } = context;
  const { id, mailbox, attempt } = claim.entry;
  try {
    const state = await persistently(context, () => outbox.settle(claim, outcome));
    const code = outcome.failure?.code;
    host.log.log(levelOf(state), `sending.${outcome.event}`, { mailbox, entry: id, attempt, state: state ?? 'not changed', ...outcome.failure, ...outcome.detail });
    if (state !== undefined) onOutcome?.({ entry: id, mailbox, event: outcome.event, state, ...(code !== undefined && { code }) });
  } catch (error) {
    if (!isRouterError(error) || error.code !== 'lease.lost') throw error;
    host.log.log('warn', 'sending.lease-lost', { mailbox, entry: id, attempt, event: outcome.event });
  }
}

/** A busy store must not make a mail unknown that was sent. */
async function persistently<T>({ host }: SendingContext, write: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await write();
    } catch (error) {
      if (attempt >= MOST_WRITES || !isMailError(error) || error.retry !== 'safe') throw error;
      host.log.log('warn', 'sending.not-written', { code: error.code, attempt });
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
