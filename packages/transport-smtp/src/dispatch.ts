import { type CallOptions, type EmailAddress, type Envelope, type FailedItem, MailError, PartialFailureError, type Receipt, type Submission } from '@signalbox/core';
import { abortable, anySignal } from '@signalbox/kit';
import type { SmtpConfig } from './config.ts';
import type { Loan, Pool } from './connection/pool.ts';
import type { SendInfo, Session } from './connection/session.ts';
import { detailOf, explainSend, isLost, parseReply, toMailError } from './errors.ts';
import { type Head, readHead } from './head.ts';
import { Outgoing, tooLarge, unreadable } from './outgoing.ts';

/** The caller waits for it with a failure in hand. */
const RESET_LIMIT_MS = 5000;

/**
 * Sends once. Only a connection that had been waiting unused, and turned out to be dead before any content was handed over,
 * is replaced by a fresh one; nothing is ever repeated after that.
 */
export async function dispatch(pool: Pool, config: SmtpConfig, submission: Submission, options?: CallOptions): Promise<Receipt> {
  demandAddresses(submission.envelope);
  const signal = anySignal(options?.signal, pool.closing);
  for (let fresh = false; ; fresh = true) {
    using loan = await pool.take({ signal: options?.signal, fresh });
    const outcome = await attempt(loan, config, submission, signal);
    if (outcome !== 'stale') return outcome;
  }
}

async function attempt({ session, reused }: Loan, config: SmtpConfig, submission: Submission, signal: AbortSignal | undefined): Promise<Receipt | 'stale'> {
  const maxBytes = config.maxBytes ?? session.capabilities.maxBytes;
  demandSendable(submission, session, config, maxBytes);
  const head = await abortable(readHead(submission.content), signal).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw unreadable(error);
  });
  const content = new Outgoing(head, maxBytes, () => session.writable);
  try {
    const info = await handOver(session, config, submission, { head, content }, signal);
    if (content.progress !== 'complete') throw answeredEarly(config.host);
    return receiptOf(info, head, config);
  } catch (error) {
    if (error instanceof PartialFailureError) throw error;
    signal?.throwIfAborted();
    const failure = content.sourceError ?? explainSend(error, content.progress, config.host);
    if (reused && content.progress === 'envelope' && isLost(error)) return 'stale';
    await leaveUsable(session, content, error);
    throw failure;
  } finally {
    content.destroy();
  }
}

interface Letter {
  readonly head: Head;
  readonly content: Outgoing;
}

function handOver(session: Session, config: SmtpConfig, { envelope, content: { size } }: Submission, { head, content }: Letter, signal: AbortSignal | undefined): Promise<SendInfo> {
  const wire = { from: envelope.mailFrom, to: [...envelope.rcptTo], use8BitMime: head.eightBit, smtpUtf8: head.smtpUtf8, ...(size !== undefined && { size }) };
  return session.send(wire, content, { limitMs: config.commandTimeoutMs, signal }, (watchdog) => {
    content.onProgress = () => watchdog.feed(config.dataTimeoutMs);
  });
}

/** Refused before a byte has left. A line break or an angle bracket in an address would be a command of its own. */
function demandAddresses({ mailFrom, rcptTo }: Envelope): void {
  const bad = [mailFrom, ...rcptTo].find((address, index) => /[\r\n<>]|\0/.test(address) || (address === '' && index > 0));
  if (bad !== undefined || rcptTo.length === 0) {
    throw new MailError('config.invalid', bad === undefined ? 'An envelope needs a recipient.' : `${JSON.stringify(bad)} is no address.`, { affects: 'item' });
  }
}

function demandSendable({ envelope, content }: Submission, { capabilities }: Session, { host }: SmtpConfig, maxBytes: number | undefined): void {
  const foreign = capabilities.smtpUtf8 ? undefined : [envelope.mailFrom, ...envelope.rcptTo].find((address) => /[\u0080-\uFFFF]/.test(address));
  if (foreign !== undefined) {
    throw new MailError('capability.unsupported', `${host} takes no addresses outside ASCII (RFC 6531), and ${foreign} is one.`);
  }
  if (maxBytes !== undefined && content.size !== undefined && content.size > maxBytes) throw tooLarge(content.size, maxBytes);
}

/** After a refusal the connection goes on; after half a message it cannot: there is no other way to take it back. */
async function leaveUsable(session: Session, { progress }: Outgoing, error: unknown): Promise<void> {
  if (isLost(error) || progress === 'content') return session.destroy();
  await session.reset({ limitMs: RESET_LIMIT_MS }).catch(() => session.destroy());
}

const answeredEarly = (host: string): MailError =>
  new MailError('delivery.unknown', `${host} took the message before it was complete, so nobody knows what it took.`);

function receiptOf(info: SendInfo, { messageId }: Head, config: SmtpConfig): Receipt {
  if (info.rejected.length > 0) throw partlyRefused(info, config.host);
  const detail = detailOf(parseReply(info.response));
  return {
    accepted: info.accepted,
    sentCopy: config.sentCopy === 'none' ? 'not-saved' : 'unknown',
    ...(messageId !== undefined && { messageId }),
    ...(detail && { detail }),
  };
}

function partlyRefused({ accepted, rejected, rejectedErrors = [] }: SendInfo, host: string): PartialFailureError<EmailAddress, EmailAddress> {
  const failed = rejected.map((item, index): FailedItem<EmailAddress> => ({ item, error: toMailError(rejectedErrors[index], host) }));
  return new PartialFailureError(`${rejected.length} of ${accepted.length + rejected.length} recipients were refused; the message went to the others.`, accepted, failed);
}
