import { type EmailAddress, MailError } from '@signalbox/core';

/** The server's answers to what it will not do. */

export const noMailbox = (address: EmailAddress): MailError =>
  new MailError('mailbox.not-found', `There is no mailbox ${address} on this server.`, {
    remedy: { who: 'operator', action: 'fix-config', text: `Correct the address ${address}, or add the mailbox to the server.` },
  });

export const credential = (): MailError =>
  new MailError('auth.rejected', 'The server refused the credential.', {
    remedy: { who: 'mailbox-user', action: 'replace-credential', text: 'Enter the current password, or sign in again.' },
  });

export const connectionLost = (): MailError => new MailError('connection.lost', 'The connection to the server was cut.');

export const throttled = (): MailError => new MailError('throttled', 'The server wants fewer requests.', { retryAfterMs: 1000 });

export const tooLarge = (size: number, most: number): MailError => new MailError('message.too-large', `The message has ${size} octets, the server takes ${most}.`);

export const sender = (address: EmailAddress): MailError =>
  new MailError('sender.refused', `This mailbox may not send as ${address}.`, {
    remedy: { who: 'tenant-admin', action: 'grant-mailbox-access', text: `Allow the mailbox to send as ${address}, or send from its own address.` },
  });

export const recipient = (address: EmailAddress): MailError => new MailError('recipient.refused', `The server refused the recipient ${address}.`);

export const full = (): MailError =>
  new MailError('quota.exceeded', 'The mailbox is full.', { remedy: { who: 'mailbox-user', action: 'free-space', text: 'Delete mail, or ask for a larger mailbox.' } });
