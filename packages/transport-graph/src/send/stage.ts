import { type CallOptions, type Content, type InternetMessageId, isMailError, MailError, type Submission } from '@signalbox/core';
import { attachAll } from './attach/attach-all.ts';
import { createDraft, type CreatedDraft, discardDraft, isUnclear } from './create-draft.ts';
import { draftMessage } from './draft-message.ts';
import { demandEnvelopeOfHeaders } from './envelope.ts';
import type { StagedDraft } from './handle.ts';
import { type Letter, readLetter } from './letter.ts';
import { namingTheLimit } from './limits.ts';
import { type Survey, survey } from './mime/survey.ts';
import { textTooLarge } from './mime/text.ts';
import type { Sending } from './sending.ts';

/** A draft that is complete and has not been sent. */
export interface StagedMessage extends StagedDraft {
  /** The final one; absent where neither the message nor the server has given one. */
  readonly messageId?: InternetMessageId;
}

/** Everything but the sending. What fails leaves no draft behind. */
export async function stage(sending: Sending, { envelope, content }: Submission, options?: CallOptions): Promise<StagedMessage> {
  const letter = await readable(() => readLetter(content, options), options);
  demandEnvelopeOfHeaders(envelope, letter.header, sending.mailbox);
  const draft = await harmless(naming(letter.base64 === undefined ? fromParts(sending, content, options) : fromMime(sending, letter, letter.base64, content, options)));
  const messageId = draft.messageId ?? letter.header.messageId;
  return { id: draft.id, mailbox: sending.mailbox, rcptTo: envelope.rcptTo, ...(messageId !== undefined && { messageId }) };
}

/** Whatever became of a draft, nothing has left: the caller may stage again without looking. */
async function harmless<T>(staging: Promise<T>): Promise<T> {
  try {
    return await staging;
  } catch (error) {
    if (!isUnclear(error)) throw error;
    const { code, message, affects, retryAfterMs, remedy, detail } = error;
    throw new MailError(code, message, { cause: error, affects, ...(retryAfterMs !== undefined && { retryAfterMs }), ...(remedy && { remedy }), ...(detail && { detail }) });
  }
}

/** The message as it stands (FACTS.md E5). A server whose limit is lower than ours is told the parts instead. */
async function fromMime(sending: Sending, { header }: Letter, base64: string, content: Content, options?: CallOptions): Promise<CreatedDraft> {
  try {
    return await createDraft(sending, { body: { bytes: base64, type: 'text/plain' }, messageId: header.messageId, isWhole: true }, options);
  } catch (error) {
    if (!isMailError(error) || error.code !== 'message.too-large') throw error;
    return fromParts(sending, content, options);
  }
}

/** Two readings: the first looks at everything, so that what cannot be sent is refused before anything has begun. */
async function fromParts(sending: Sending, content: Content, options?: CallOptions): Promise<CreatedDraft> {
  const surveyed = await readable(() => survey(content, options), options);
  const { attachments, header } = surveyed;
  const json = draftMessage(surveyed);
  demandText(surveyed, json);
  const draft = await createDraft(sending, { body: { json }, messageId: header.messageId, isWhole: attachments.length === 0 }, options);
  try {
    await attachAll(sending, { draftId: draft.id, content, attachments }, options);
    return draft;
  } catch (error) {
    const discarded = discardDraft(sending, draft.id);
    if (!options?.signal?.aborted) await discarded;
    throw error;
  }
}

/** Whatever Exchange refuses for its size: the draft, or what is attached to it. */
const naming = <T>(staging: Promise<T>): Promise<T> => staging.catch((error: unknown) => Promise.reject(namingTheLimit(error)));

/** Of a request (FACTS.md E6). */
const LARGEST_BODY = 4 * 1_024 * 1_024;

function demandText({ body }: Survey, json: unknown): void {
  const tooLong = (body?.content.length ?? 0) > LARGEST_BODY;
  if (tooLong || Buffer.byteLength(JSON.stringify(json)) > LARGEST_BODY) throw textTooLarge();
}

/** Content that cannot be read is nobody's fault but the caller's. */
async function readable<T>(reading: () => Promise<T>, options?: CallOptions): Promise<T> {
  try {
    return await reading();
  } catch (error) {
    options?.signal?.throwIfAborted();
    if (isMailError(error)) throw error;
    throw new MailError('config.invalid', 'The content of the message could not be read to its end; nothing was sent.', { affects: 'item', cause: error });
  }
}
