import type { Remedy } from '@signalbox/core';

/** One sentence for the person who can put it right. */
export const REMEDIES = {
  signInAgain: { who: 'operator', action: 'replace-credential', text: 'Replace the credential of the application, or sign in again where a person signs in.' },
  grantPermission: {
    who: 'tenant-admin',
    action: 'grant-consent',
    text: 'Grant the application Mail.ReadWrite and Mail.Send on Microsoft Graph and give admin consent, or put this mailbox into the scope of its Exchange role (RBAC for Applications).',
  },
  includeMailbox: {
    who: 'tenant-admin',
    action: 'grant-mailbox-access',
    text: 'Add this mailbox to the group that the application access policy of the application names, or to the scope of its Exchange role; it takes up to an hour to work.',
  },
  sendAs: { who: 'tenant-admin', action: 'grant-mailbox-access', text: 'Grant this mailbox the right to send as the From address, or set the default sender to its own address.' },
  correctAddress: { who: 'operator', action: 'fix-config', text: 'Check the address of the mailbox; a distribution list has none, and an alias needs `user`, the user principal name.' },
  licenseMailbox: { who: 'tenant-admin', action: 'grant-mailbox-access', text: 'Give the user an Exchange Online licence, or route this mailbox through IMAP where it is kept on premises.' },
  freeSpace: { who: 'mailbox-user', action: 'free-space', text: 'Free space in the mailbox.' },
  waitForAllowance: { who: 'tenant-admin', action: 'free-space', text: 'Wait until the sending allowance of the day is renewed, or raise the sending limit of the mailbox.' },
  trustCertificate: { who: 'operator', action: 'fix-config', text: 'Add the authority that signed the certificate to `network.ca`, or correct the clock of this machine.' },
  checkNetwork: { who: 'operator', action: 'fix-config', text: 'Check `cloud`, name resolution, the proxy, and that a firewall lets HTTPS through.' },
} as const satisfies Record<string, Remedy>;
