import type { Remedy } from '@signalbox/core';

/** The way out of everything that Graph's form of a message cannot hold. */
export const sendThroughSmtp: Remedy = {
  who: 'operator',
  action: 'fix-config',
  text: 'Route this mailbox’s sending through SMTP, which takes messages of this size unchanged.',
};

export const grantReadWrite: Remedy = {
  who: 'tenant-admin',
  action: 'grant-consent',
  text: 'Grant the application Mail.ReadWrite on Microsoft Graph: without it a message cannot be sent in parts, nor in two steps.',
};
