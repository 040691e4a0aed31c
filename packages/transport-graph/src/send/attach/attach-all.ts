import type { CallOptions, Content } from '@signalbox/core';
import { collectBytes } from '@signalbox/kit';
import { segment } from '../../http/request.ts';
import { isUnclear, pauseAfter } from '../create-draft.ts';
import { type Part, partsOf } from '../mime/parts.ts';
import type { AttachedPart } from '../mime/survey.ts';
import type { Sending } from '../sending.ts';
import { countAttachments } from './count.ts';
import { Pieces } from './pieces.ts';
import { upload } from './upload.ts';

/** From here on an attachment goes through an upload session, which takes no smaller one (FACTS.md E7). */
const SMALLEST_UPLOAD = 3 * 1_024 * 1_024;

export interface Attaching {
  readonly draftId: string;
  readonly content: Content;
  /** In the order of the message. */
  readonly attachments: readonly AttachedPart[];
}

/** Attaches everything, in its order: what is held, or else while the message streams by once more. */
export async function attachAll(sending: Sending, attaching: Attaching, options?: CallOptions): Promise<void> {
  const { draftId, content, attachments } = attaching;
  if (attachments.every(({ held }) => held)) {
    for (const [before, attachment] of attachments.entries()) await attach(sending, { draftId, content, bytes: () => streamOf(attachment.held), attachment, before }, options);
    return;
  }
  for (let done = 0; done < attaching.attachments.length; ) done = await walkOn(sending, attaching, done, options);
}

async function* streamOf(chunks: readonly Uint8Array[] = []): AsyncGenerator<Uint8Array, void, undefined> {
  yield* chunks;
}

/** One walk through the message; it ends early where an attachment had to be read anew. Answers how many are attached. */
async function walkOn(sending: Sending, { draftId, content, attachments }: Attaching, done: number, options?: CallOptions): Promise<number> {
  let next = done;
  for await (const part of partsOf(content, options)) {
    const attachment = attachments[next];
    if (!attachment) return next;
    if (attachment.index !== part.index) continue;
    const canGoOn = await attach(sending, { draftId, content, bytes: () => part.bytes(), attachment, before: next }, options);
    next += 1;
    if (!canGoOn) return next;
  }
  return next;
}

interface Step {
  readonly draftId: string;
  readonly content: Content;
  readonly bytes: Part['bytes'];
  readonly attachment: AttachedPart;
  readonly before: number;
}

async function attach(sending: Sending, { draftId, content, bytes, attachment, before }: Step, options?: CallOptions): Promise<boolean> {
  if (attachment.size < SMALLEST_UPLOAD) {
    await post(sending, draftId, { ...attachment, contentBytes: (await collectBytes(bytes())).toString('base64') }, before, options);
    return true;
  }
  await using pieces = new Pieces(content, attachment, bytes(), options);
  await upload(sending, { draftId, part: attachment, pieces, before }, options);
  return !pieces.hasLeftWalk;
}

const MOST_ATTEMPTS = 4;

async function post({ client, clock }: Sending, draftId: string, { name, contentType, contentId, isInline, contentBytes }: AttachedPart & { readonly contentBytes: string }, before: number, options?: CallOptions): Promise<void> {
  const file = { '@odata.type': '#microsoft.graph.fileAttachment', name, contentType, isInline, contentBytes, ...(contentId !== undefined && { contentId }) };
  for (let attempt = 1; ; attempt += 1) {
    try {
      await client.run({ method: 'POST', path: `/messages/${segment(draftId)}/attachments`, body: { json: file }, signal: options?.signal });
      return;
    } catch (error) {
      if (!isUnclear(error) || attempt >= MOST_ATTEMPTS) throw error;
      await clock.sleep(pauseAfter(error, attempt), options?.signal);
      if ((await countAttachments(client, draftId, options)) > before) return; // only the answer was lost
    }
  }
}
