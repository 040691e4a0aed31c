import { randomUUID } from 'node:crypto';
import { type EmailAddress, type Envelope, isMailError, MailError, type Receipt, type Send, type Staged, type Submission } from '@signalbox/core';
import { collectBytes, normalizeMessageId } from '@signalbox/kit';
import { addressesOf, parseHeader } from './convert.ts';
import type { MemoryMailbox } from './server/mailbox.ts';
import type { StagedMessage } from './server/submission.ts';
import type { Session } from './session.ts';

const sameAddresses = (a: readonly EmailAddress[], b: readonly EmailAddress[]): boolean => a.every((address) => b.includes(address)) && b.every((address) => a.includes(address));

export function createSend(session: Session): Send {
  const { envelope: decides, maxBytes, sentCopy } = session.server.options;

  /** Reads the content from the start: whoever had to sign in anew has it opened again. */
  const prepare = async ({ envelope, content, saveSentCopy = true }: Submission, signal?: AbortSignal): Promise<StagedMessage> => {
    const raw = await collectBytes(content.open());
    session.until(signal)?.throwIfAborted();
    const header = await parseHeader(raw);
    const messageId = normalizeMessageId(header.messageId);
    if (messageId === undefined) throw new MailError('message.refused', 'The message has no Message-ID.');
    if (decides === 'from-headers') refuseOtherEnvelope(envelope, addressesOf(header, 'to', 'cc', 'bcc'));
    return { messageId, envelope, raw, saveCopy: sentCopy === 'automatic' || (sentCopy === 'on-request' && saveSentCopy), sent: false };
  };

  const submit = (mailbox: MemoryMailbox, message: StagedMessage): Receipt => {
    if (message.sent) throw new MailError('message.not-found', 'This message was dispatched before and will not be sent again.');
    message.sent = true;
    try {
      session.server.submit(mailbox, message.envelope, message.raw);
    } catch (error) {
      // The content was handed over: whether it was taken is not known, and repeating it might send it twice.
      if (isMailError(error) && error.code === 'connection.lost') throw new MailError('delivery.unknown', 'The answer to the message was lost.', { cause: error });
      throw error;
    }
    if (message.saveCopy) mailbox.deliver({ raw: message.raw, role: 'sent', keywords: ['$seen'] });
    return { messageId: message.messageId, accepted: message.envelope.rcptTo, sentCopy: message.saveCopy ? 'saved' : 'not-saved' };
  };

  return {
    traits: { envelope: decides, messageId: 'kept', sentCopy, maxBytes },

    stage: (submission, options) =>
      session.upload(async () => {
        const message = await prepare(submission, options?.signal);
        return (mailbox) => {
          const handle = randomUUID();
          mailbox.staged.set(handle, message);
          return { handle, messageId: message.messageId };
        };
      }, options?.signal),

    dispatch: (what, options) =>
      session.upload(async () => {
        if ('handle' in what) return (mailbox) => submit(mailbox, stagedOf(mailbox, what));
        const message = await prepare(what, options?.signal);
        return (mailbox) => submit(mailbox, message);
      }, options?.signal),

    outcome: (what, options) =>
      session.request((mailbox) => {
        const messageId = typeof what === 'string' ? what : what.messageId;
        const sent = session.server.submitted.some(({ mailFrom, raw }) => mailFrom === mailbox.address && Buffer.from(raw).includes(`<${messageId}>`));
        if (sent) return 'sent';
        return [...mailbox.staged.values()].some((message) => message.messageId === messageId && !message.sent) ? 'staged' : 'not-found';
      }, options?.signal),
  };
}

function stagedOf(mailbox: MemoryMailbox, { handle }: Staged): StagedMessage {
  const message = mailbox.staged.get(handle);
  if (!message) throw new MailError('message.not-found', 'There is no staged message with this handle.');
  return message;
}

function refuseOtherEnvelope({ rcptTo }: Envelope, named: readonly EmailAddress[]): void {
  if (sameAddresses(rcptTo, named)) return;
  throw new MailError('capability.unsupported', 'This mailbox sends to the addresses in To, Cc and Bcc; the envelope names others.');
}
