import { type CallOptions, isMailError, MailError, type MailErrorCode, type Receipt, type Submission } from '@signalbox/core';
import { segment } from '../http/request.ts';
import type { Outcome } from '../http/client.ts';
import { retryAfterOf } from '../http/retry-after.ts';
import { discardDraft } from './create-draft.ts';
import { demandEnvelopeOfHeaders } from './envelope.ts';
import { readLetter } from './letter.ts';
import { namingTheLimit } from './limits.ts';
import { grantReadWrite } from './refusals.ts';
import type { Sending } from './sending.ts';
import { stage, type StagedMessage } from './stage.ts';

interface SendDraftOptions extends CallOptions {
  /** Nobody can have sent it before. */
  readonly isFirst?: boolean;
}

/** Sends a draft by its id: a second time it is the same draft, and no second mail. */
export async function sendDraft(sending: Sending, { id, rcptTo, messageId }: StagedMessage, options?: SendDraftOptions): Promise<Receipt> {
  const { client } = sending;
  try {
    refuseUnclear(sending, await client.run({ method: 'POST', path: `/messages/${segment(id)}/send`, signal: options?.signal }));
  } catch (error) {
    throw options?.isFirst ? explainFirst(error, client.host) : explain(error, client.host);
  }
  return receipt({ rcptTo, ...(messageId !== undefined && { messageId }) });
}

/** Draft and sending in one call. What was certainly not sent leaves no draft behind: nobody has a handle to it. */
export async function sendSubmission(sending: Sending, submission: Submission, options?: CallOptions): Promise<Receipt> {
  const staged = await stage(sending, submission, options);
  try {
    return await sendDraft(sending, staged, { ...options, isFirst: true });
  } catch (error) {
    if (isMailError(error) && error.code !== 'delivery.unknown') await discardDraft(sending, staged.id);
    throw error;
  }
}

/** `sendMail`, in one step and as MIME alone: a copy is kept, and nothing tells its id (FACTS.md E5, E6). */
export async function sendAtOnce(sending: Sending, { envelope, content }: Submission, options?: CallOptions): Promise<Receipt> {
  const { client, mailbox } = sending;
  const { header, base64 } = await readLetter(content, options);
  demandEnvelopeOfHeaders(envelope, header, mailbox);
  if (base64 === undefined) throw new MailError('message.too-large', 'The message is larger than Graph takes in one step.', { remedy: grantReadWrite });
  try {
    refuseUnclear(sending, await client.run({ method: 'POST', path: '/sendMail', body: { bytes: base64, type: 'text/plain' }, signal: options?.signal }));
  } catch (error) {
    throw explainFirst(error, client.host);
  }
  return receipt({ rcptTo: envelope.rcptTo, ...(header.messageId !== undefined && { messageId: header.messageId }) });
}

/** Accepted, all of them or none; what cannot be delivered comes back as mail (FACTS.md E1). The copy is filed later (FACTS.md E6). */
const receipt = ({ rcptTo, messageId }: Pick<StagedMessage, 'rcptTo' | 'messageId'>): Receipt => ({
  accepted: rcptTo,
  sentCopy: 'unknown',
  ...(messageId !== undefined && { messageId }),
});

/** A 202 that tells to come later leaves open whether it has been taken. */
function refuseUnclear({ client, clock }: Sending, { headers }: Outcome): void {
  const retryAfterMs = retryAfterOf(headers, clock.now());
  if (retryAfterMs !== undefined) throw new MailError('delivery.unknown', `${client.host} took the message and asks to come again.`, { retryAfterMs });
}

/** Once the request is on its way, only a refusal proves that nothing was sent. */
function explainFirst(error: unknown, host: string): unknown {
  if (!isMailError(error) || error.code === 'delivery.unknown') return error;
  if (error.retry === 'unknown-outcome') return unknown(`${host} was asked to send the message, and its answer did not come.`, error);
  // An id may take a moment to be known everywhere (FACTS.md E6).
  if (error.code === 'message.not-found') return new MailError('unavailable', `${host} does not know the draft that it has just made.`, { cause: error, ...(error.detail && { detail: error.detail }) });
  return namingTheLimit(error);
}

/** What Exchange says of a draft that is not there, or is none any more: it may have been sent by an earlier attempt. */
const PERHAPS_SENT: ReadonlySet<MailErrorCode> = new Set(['message.not-found', 'protocol.violation']);

function explain(error: unknown, host: string): unknown {
  if (!isMailError(error) || !PERHAPS_SENT.has(error.code)) return explainFirst(error, host);
  return unknown(`${host} has no such draft to send: it may have been sent before.`, error);
}

const unknown = (message: string, cause: MailError): MailError =>
  new MailError('delivery.unknown', message, { cause, ...(cause.detail && { detail: cause.detail }), ...(cause.retryAfterMs !== undefined && { retryAfterMs: cause.retryAfterMs }) });
