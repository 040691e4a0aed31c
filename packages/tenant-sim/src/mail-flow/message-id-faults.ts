import { editHeaders } from '../mime/edit.ts';
import { headerFacts } from '../mime/facts.ts';
import type { Mailbox } from '../store/mailbox.ts';

export type MessageIdFault = 'reused' | 'missing' | 'rewritten' | 'without-brackets';

/** The same message with what robots and gateways do to its Message-ID. */
export function faultyMessageId(raw: Buffer, as: MessageIdFault, mailbox: Mailbox): Buffer {
  const value = {
    missing: () => undefined,
    reused: () => newestMessageId(mailbox) ?? headerFacts(raw).internetMessageId,
    rewritten: () => `<${crypto.randomUUID()}@rewritten.example.net>`,
    'without-brackets': () => headerFacts(raw).messageId,
  }[as]();
  return editHeaders(raw, { remove: ['Message-ID'], ...(value !== undefined && { add: [`Message-ID: ${value}`] }) });
}

function newestMessageId(mailbox: Mailbox): string | undefined {
  const newest = mailbox.folder('inbox')?.messages.at(-1);
  return newest && headerFacts(newest.source.read()).internetMessageId;
}
