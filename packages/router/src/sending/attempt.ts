import { SpanKind } from '@opentelemetry/api';
import { type EmailAddress, isMailError, isPartialFailure, MailError, type PartialFailureError, type Receipt, type Staged, type Submission } from '@signalbox/core';
import type { FailureWords, OutboxClaim, OutboxMail, Outcome } from '@signalbox/store';
import type { HeldLease } from '../leases/keeper.ts';
import { pauseMs } from './back-off.ts';
import { addressesWithout } from './compose/addresses.ts';
import type { SendingContext } from './context.ts';
import { checkedContent, startDeadline, tellingFailures, withBcc } from './deadline.ts';
import { classify, type Phase } from './failure.ts';
import { removeLeftDrafts } from './left-drafts.ts';
import { isPostponed, type Pauses } from './pauses.ts';
import { canReceive, isSameRoute, openSendRoute, type SendRoute } from './route.ts';
import { failureOf, recipientsLeft, settle } from './settle.ts';
import { createWire, reachingWhenRead } from './wire.ts';

export interface Work {
  readonly context: SendingContext;
  readonly lease: HeldLease;
  readonly pauses: Pauses;
  /** Ends the work where it is. */
  readonly signal: AbortSignal;
}

interface Attempt extends Work {
  readonly claim: OutboxClaim;
  readonly mail: OutboxMail;
  phase: Phase;
  route?: SendRoute;
  /** What kept the stored content from being read to its end. */
  unread?: unknown;
}

/** One attempt at sending an entry, from the open connection to the outcome written down. */
export async function attempt(work: Work, claim: OutboxClaim): Promise<void> {
  const { mail, unreadable } = claim.entry;
  if (unreadable) return settle(work.context, claim, { event: 'held', failure: { class: 'person', code: unreadable.code }, detail: { why: 'its record does not open' } });
  if (!mail) return settle(work.context, claim, { event: 'given-up', failure: { class: 'refused', code: 'not-kept' } });
  const current: Attempt = { ...work, claim, mail, phase: 'before-wire' };
  try {
    const receipt = await perform(current);
    if (!receipt) return; // somebody else has it
    work.pauses.worked(claim.entry.mailbox);
    await accepted(current, receipt);
  } catch (error) {
    if (work.lease.signal.aborted) return; // whoever has the lease now finds out
    work.context.telemetry.failed(error, 'send');
    // Whatever the transport makes of that: without its end it was not sent (RFC 5321 §4.1.1.4).
    if (current.unread !== undefined) return failed({ ...current, phase: 'before-wire' }, current.unread);
    if (isPartialFailure(error)) return partlyAccepted(current, error as PartialFailureError<EmailAddress, EmailAddress>);
    await failed(current, error);
  }
}

async function perform(current: Attempt): Promise<Receipt | undefined> {
  const { context, claim, lease, signal } = current;
  const { connections, outbox, settings } = context;
  const under = AbortSignal.any([lease.signal, signal]);
  const route = await openSendRoute(connections, claim.entry, { signal: under });
  current.route = route;
  if (current.mail.mayHaveLeft && !isSameRoute(route.pin, claim.entry.route)) throw otherRoute();
  const submission = submissionOf(current, route);
  const staged = await stage(current, route, submission, under);
  const deadline = startDeadline(context, lease);
  const wire = createWire(
    async () => {
      if (!(await outbox.atWire(claim, { route: route.pin, dispatchMs: settings.attemptMs, ...(staged && { staged }) }))) throw new TakenOver();
      deadline.check();
    },
    () => void (current.phase = 'at-wire'),
  );
  try {
    // The connection for a handle is the transport's own business: what became of one can be asked, also after a crash.
    if (staged) await wire.reach();
    const what = staged ?? { ...submission, content: checkedContent(reachingWhenRead(submission.content, wire), deadline) };
    const facts = { 'signalbox.transport': route.pin.transport };
    return await context.telemetry.span('dispatch', { kind: SpanKind.CLIENT, facts }, () => route.send.dispatch(what, { signal: AbortSignal.any([deadline.signal, signal]) }));
  } catch (error) {
    await wire.close();
    if (wire.failure?.error instanceof TakenOver) return undefined;
    throw wire.failure ? wire.failure.error : error; // the transport makes of it what it makes of content that cannot be read
  } finally {
    deadline.clear();
  }
}

/** Somebody else has the entry. */
class TakenOver extends Error {
  override readonly name = 'TakenOver';
}

/** As the route wants it: who is not named in a header is in the envelope, and in the header too where the server reads that. Throws before anything is sent. */
function submissionOf(current: Attempt, { send: { traits } }: SendRoute): Submission {
  const { context, claim, mail } = current;
  const { id, size } = claim.entry;
  const [first, ...others] = recipientsLeft(mail);
  if (first === undefined) throw new MailError('message.refused', 'Nobody is left to send it to.');
  const stored = tellingFailures(context.outbox.content(id, size), (error) => void (current.unread = error));
  const content = traits.envelope === 'from-headers' ? withBcc(stored, mail.bcc) : stored;
  if (traits.maxBytes !== undefined && (content.size ?? 0) > traits.maxBytes) {
    throw new MailError('message.too-large', `The message has ${content.size} octets, and ${traits.maxBytes} are the limit.`);
  }
  return { envelope: { mailFrom: mail.envelope.mailFrom, rcptTo: [first, ...others] }, content, ...(mail.saveSentCopy !== undefined && { saveSentCopy: mail.saveSentCopy }) };
}

/** What an earlier attempt has staged is used again, so that a repetition is the same mail; a draft that nobody will send is removed. */
async function stage(current: Attempt, { send, pin }: SendRoute, submission: Submission, signal: AbortSignal): Promise<Staged | undefined> {
  const { context, claim } = current;
  const { staged, route, attempt: number } = claim.entry;
  if (staged && isSameRoute(pin, route)) return staged;
  if (!send.stage && !staged) return undefined;
  if (number > 1) await removeLeftDrafts(context, claim.entry, signal);
  if (!send.stage) return undefined;
  const facts = { 'signalbox.transport': pin.transport };
  return context.telemetry.span('stage', { kind: SpanKind.CLIENT, facts }, async () => send.stage?.(submission, { signal }));
}

async function accepted({ context, claim, mail }: Attempt, { sentCopy, messageId }: Receipt): Promise<void> {
  const { entry } = claim;
  const isCopyDue = sentCopy === 'not-saved' && mail.saveSentCopy !== false && canReceive(context.connections, entry.mailbox);
  const { left: _, failure: __, mayHaveLeft: ___, ...done } = mail;
  await settle(context, claim, {
    event: 'accepted',
    mail: done,
    ...(messageId !== undefined && messageId !== entry.messageId && { filedAs: messageId }),
    ...(isCopyDue && { copy: 'due', dueInMs: 0 }),
    ...(mail.refused && { detail: { refused: mail.refused.length } }),
  });
}

/** An attempt may be resolved through any door, and is not repeated through another one before. */
const otherRoute = (): MailError => new MailError('delivery.unknown', 'The mail lies staged on another route than the mailbox has now.');

const isOpen = (error: unknown, { phase, mail, signal }: Attempt): boolean => (phase === 'at-wire' && signal.aborted) || (mail.mayHaveLeft === true && isMailError(error) && error.code === 'delivery.unknown');

/** Some have it, and are not to get it again. Those refused for now get it later, the others never. */
async function partlyAccepted(current: Attempt, { failed }: PartialFailureError<EmailAddress, EmailAddress>): Promise<void> {
  const { context, claim, mail } = current;
  const refused = [...(mail.refused ?? []), ...failed.map(({ item, error }) => ({ address: item, code: error.code, message: error.message }))];
  const later = failed.filter(({ error }) => isPostponed(classify(error, 'before-wire'))).map(({ item }) => item);
  const retryAfterMs = Math.max(0, ...failed.map(({ error }) => error.retryAfterMs ?? 0));
  const final = { ...mail, left: later, refused: refused.filter(({ address }) => addressesWithout([address], later).length > 0) };
  if (later.length === 0 || isTooLate(current)) return accepted({ ...current, mail: { ...mail, refused } }, receiptOfSome(current));
  await settle(context, claim, {
    event: 'postponed',
    mail: final,
    dueInMs: pauseMs({ failure: 'retry', attempt: claim.entry.attempt, retryAfterMs, random: context.host.random() }),
    failure: { class: 'retry', code: 'partial-failure' },
    dropStaged: true,
    detail: { left: later.length, refused: final.refused.length },
  });
}

async function failed(current: Attempt, error: unknown): Promise<void> {
  const { context, claim, mail, phase, pauses } = current;
  const kind = isOpen(error, current) ? 'unknown' : classify(error, phase);
  const { failure, words } = failureOf(error, kind);
  const known = { mail: { ...mail, failure: words }, failure };
  const retryAfterMs = isMailError(error) ? error.retryAfterMs : undefined;
  if (kind === 'unknown') return settle(context, claim, { ...known, event: 'unclear', dueInMs: retryAfterMs ?? 0 });
  if (!isPostponed(kind)) return end(current, words, { ...known, event: kind === 'person' ? 'held' : 'refused' });
  if (isTooLate(current)) return end(current, words, { ...known, event: kind === 'waits' ? 'held' : 'given-up' });
  const isOwn = isMailError(error) && error.affects === 'item';
  const pause = pauseMs({ failure: kind, attempt: claim.entry.attempt, retryAfterMs, random: context.host.random() });
  const rest = isOwn ? 0 : pauses.failed(claim.entry.mailbox, kind, retryAfterMs);
  await settle(context, claim, { ...known, event: 'postponed', dueInMs: isOwn ? pause : rest, detail: { waitMs: isOwn ? pause : rest } });
}

/** No further attempt, and no draft that lies about. Where some have it, it was sent, and says who will not get it. */
async function end(current: Attempt, { code, message }: FailureWords, outcome: Outcome): Promise<void> {
  const { context, claim, mail, signal } = current;
  if (mail.left) {
    const lost = recipientsLeft(mail).map((address) => ({ address, code, message }));
    return accepted({ ...current, mail: { ...mail, refused: [...(mail.refused ?? []), ...lost] } }, receiptOfSome(current));
  }
  // What lies staged and may have been accepted is neither given up nor taken away.
  if (mail.mayHaveLeft) return settle(context, claim, { ...outcome, event: 'held' });
  await settle(context, claim, { ...outcome, dropStaged: true });
  if (current.route?.send.stage) await removeLeftDrafts(context, claim.entry, signal);
}

/** A server that files copies has filed one for those who got it. */
const receiptOfSome = ({ route }: Attempt): Receipt => ({ accepted: [], sentCopy: route?.send.traits.sentCopy === 'none' ? 'not-saved' : 'unknown' });

/** By the clock of the store: it was tried for as long as anybody would. */
function isTooLate({ context, claim, mail }: Attempt): boolean {
  const { createdAt, updatedAt } = claim.entry;
  const began = Math.max(createdAt.getTime(), mail.sendAt === undefined ? 0 : Date.parse(mail.sendAt));
  return updatedAt.getTime() - began >= context.settings.giveUpAfterMs;
}
