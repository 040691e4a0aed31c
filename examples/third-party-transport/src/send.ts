import { type CallOptions, type EmailAddress, type Envelope, MailError, type Receipt, type Send, type Submission } from '@signalbox/core';
import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { toMailError } from './errors.ts';

export interface SendOptions {
  readonly directory: string;
  readonly sender: EmailAddress;
  /** Throws when the call was aborted or the transport is closed. */
  readonly enter: (call?: CallOptions) => void;
}

/** A mail server that reads `x-sender` and `x-receiver` lines needs no SMTP: they are the envelope (RFC 5321 §2.3.1). */
export function createSend({ directory, sender, enter }: SendOptions): Send {
  return {
    traits: { envelope: 'explicit', messageId: 'kept', sentCopy: 'none' },

    async dispatch(what, options): Promise<Receipt> {
      enter(options);
      if ('handle' in what) throw new MailError('message.not-found', 'This transport stages nothing, so there is no such handle.');
      const { envelope } = what;
      if (envelope.mailFrom !== sender) {
        throw new MailError('sender.refused', `This mailbox sends as ${sender} only.`, {
          remedy: { who: 'operator', action: 'fix-config', text: 'Route the other sender address through a mailbox of its own.' },
        });
      }
      await put(directory, what, () => enter(options));
      return { accepted: envelope.rcptTo, sentCopy: 'not-saved' };
    },
  };
}

/** The server collects whole files only: written under a name it passes over, safe on disk, then renamed. */
async function put(directory: string, { envelope, content }: Submission, enter: () => void): Promise<void> {
  const name = randomUUID();
  const unfinished = join(directory, `${name}.tmp`);
  try {
    await using file = await open(unfinished, 'wx', 0o600);
    await file.appendFile(linesOf(envelope));
    for await (const chunk of content.open()) {
      enter();
      await file.appendFile(chunk);
    }
    await file.sync();
    enter();
    // From here on the message is sent: nothing may fail any more that would make a caller try again.
    await rename(unfinished, join(directory, `${name}.eml`));
  } catch (error) {
    await rm(unfinished, { force: true });
    throw toMailError(error, directory);
  }
}

function linesOf({ mailFrom, rcptTo }: Envelope): string {
  for (const address of [mailFrom, ...rcptTo]) {
    if (/[\r\n]/.test(address)) throw new MailError('config.invalid', 'An address of the envelope contains a line break.');
  }
  return [`x-sender: ${mailFrom}`, ...rcptTo.map((address) => `x-receiver: ${address}`), ''].join('\r\n');
}
