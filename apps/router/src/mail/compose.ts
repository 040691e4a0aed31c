import { randomUUID } from 'node:crypto';
import type { EmailAddress, InternetMessageId } from '@signalbox/core';
import MailComposer from 'nodemailer/lib/mail-composer';

export interface Draft {
  readonly from: EmailAddress;
  readonly to: readonly EmailAddress[];
  readonly cc?: readonly EmailAddress[];
  readonly bcc?: readonly EmailAddress[];
  readonly subject: string;
  readonly text: string;
}

export interface ComposeOptions {
  readonly now: Date;
  /** Only where the server takes the recipients from the headers, and removes this one. */
  readonly keepBcc: boolean;
}

export interface ComposedMessage {
  readonly bytes: Buffer;
  readonly messageId: InternetMessageId;
}

/** A Message-ID that is known before anything leaves, so that a doubt can be cleared up by looking for it. */
export const newMessageId = (from: EmailAddress): InternetMessageId => `${randomUUID()}@${from.slice(from.lastIndexOf('@') + 1)}`;

/** Builds the RFC 5322 message. */
export async function composeMessage(draft: Draft, { now, keepBcc }: ComposeOptions): Promise<ComposedMessage> {
  const messageId = newMessageId(draft.from);
  const composer = new MailComposer({
    from: draft.from,
    to: [...draft.to],
    cc: [...(draft.cc ?? [])],
    bcc: [...(draft.bcc ?? [])],
    subject: draft.subject,
    text: draft.text,
    messageId: `<${messageId}>`,
    date: now,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const message = composer.compile();
  message.keepBcc = keepBcc;
  return { bytes: await message.build(), messageId };
}
