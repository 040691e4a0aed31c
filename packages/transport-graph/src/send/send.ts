import { type CallOptions, isMailError, MailError, type Receipt, type Send, type Submission } from '@signalbox/core';
import { sendAtOnce, sendDraft, sendSubmission } from './dispatch.ts';
import { createWayStations } from './folders.ts';
import { decodeHandle, encodeHandle } from './handle.ts';
import { outcomeOfDraft, outcomeOfMessageId } from './outcome.ts';
import { LARGEST_MIME } from './letter.ts';
import { contentUpTo } from './limits.ts';
import type { Sending } from './sending.ts';
import { stage } from './stage.ts';

export interface SendOptions {
  /** `draft` in two steps; `send-mail` where the application has no Mail.ReadWrite. */
  readonly mode: 'draft' | 'send-mail';
  /** The largest message this mailbox may send, where somebody knows it: Graph does not tell. */
  readonly maxBytes?: number | undefined;
}

export function sendFacet(sending: Sending, { mode, maxBytes }: SendOptions): Send {
  const limit = mode === 'draft' ? maxBytes : Math.min(maxBytes ?? LARGEST_MIME, LARGEST_MIME);
  const stationOf = createWayStations(sending.client);
  const begin = ({ signal }: CallOptions = {}): void => {
    signal?.throwIfAborted();
    sending.client.closed.throwIfAborted();
  };
  const limited = (submission: Submission): Submission => ({ ...submission, content: contentUpTo(submission.content, limit) });
  const sendWhole = createWholeSending(sending, mode);
  return {
    traits: { envelope: 'from-headers', messageId: 'may-be-replaced', sentCopy: 'automatic', ...(mode === 'draft' && { keptUpTo: LARGEST_MIME }), ...(limit !== undefined && { maxBytes: limit }) },
    ...(mode === 'draft' && {
      async stage(submission: Submission, options?: CallOptions) {
        begin(options);
        const { messageId, ...draft } = await stage(sending, limited(submission), options);
        if (messageId === undefined) throw new MailError('protocol.violation', `${sending.client.host} made a draft without a Message-ID.`);
        return { handle: encodeHandle(draft), messageId };
      },
    }),
    async dispatch(what, options) {
      begin(options);
      if ('handle' in what) return sendDraft(sending, { ...decodeHandle(what, sending.mailbox), messageId: what.messageId }, options);
      return sendWhole(limited(what), options);
    },
    async outcome(what, options) {
      begin(options);
      const place = { client: sending.client, stationOf };
      return typeof what === 'string' ? outcomeOfMessageId(place, what, options) : outcomeOfDraft(place, decodeHandle(what, sending.mailbox), options);
    },
  };
}

/** An application that may send but not write into the mailbox is found out by being refused a draft; from then on it sends in one step. */
function createWholeSending(sending: Sending, mode: SendOptions['mode']): (submission: Submission, options?: CallOptions) => Promise<Receipt> {
  let inOneStep = mode === 'send-mail';
  return async (submission, options) => {
    if (inOneStep) return sendAtOnce(sending, submission, options);
    try {
      return await sendSubmission(sending, submission, options);
    } catch (error) {
      if (!isMailError(error) || error.code !== 'access.denied') throw error;
      sending.log.log('warn', 'graph.sending-in-one-step', { ...(error.detail?.requestId !== undefined && { requestId: error.detail.requestId }) });
      const receipt = await sendAtOnce(sending, submission, options);
      inOneStep = true;
      return receipt;
    }
  };
}
