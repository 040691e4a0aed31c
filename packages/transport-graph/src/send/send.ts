import { isMailError, MailError, type CallOptions, type Receipt, type Send, type Submission } from '@signalbox/core';
import { sendAtOnce, sendDraft, sendSubmission } from './dispatch.ts';
import { createWayStations } from './folders.ts';
import { decodeHandle, encodeHandle } from './handle.ts';
import { outcomeOfDraft, outcomeOfMessageId } from './outcome.ts';
import type { Sending } from './sending.ts';
import { stage } from './stage.ts';

export interface SendOptions {
  /** `draft` in two steps; `send-mail` where the application has no Mail.ReadWrite. */
  readonly mode: 'draft' | 'send-mail';
  /** The largest message this mailbox may send, where somebody knows it: Graph does not tell. */
  readonly maxBytes?: number | undefined;
}

export function sendFacet(sending: Sending, { mode, maxBytes }: SendOptions): Send {
  const stationOf = createWayStations(sending.client);
  const begin = ({ signal }: CallOptions = {}): void => {
    signal?.throwIfAborted();
    sending.client.closed.throwIfAborted();
  };
  const demandSize = ({ content: { size } }: Submission): void => {
    if (maxBytes !== undefined && size !== undefined && size > maxBytes) throw tooLarge(size, maxBytes);
  };
  const sendWhole = createWholeSending(sending, mode);
  return {
    traits: { envelope: 'from-headers', messageId: 'may-be-replaced', sentCopy: 'automatic', ...(maxBytes !== undefined && { maxBytes }) },
    ...(mode === 'draft' && {
      async stage(submission: Submission, options?: CallOptions) {
        begin(options);
        demandSize(submission);
        const { messageId, ...draft } = await stage(sending, submission, options);
        if (messageId === undefined) throw new MailError('protocol.violation', `${sending.client.host} made a draft without a Message-ID.`);
        return { handle: encodeHandle(draft), messageId };
      },
    }),
    async dispatch(what, options) {
      begin(options);
      if ('handle' in what) return sendDraft(sending, { ...decodeHandle(what, sending.mailbox), messageId: what.messageId }, options);
      demandSize(what);
      return sendWhole(what, options);
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

const tooLarge = (size: number, maxBytes: number): MailError =>
  new MailError('message.too-large', `The message has ${size} octets, and ${maxBytes} are the limit of this mailbox.`);
