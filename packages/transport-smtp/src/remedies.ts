import type { Remedy } from '@signalbox/core';

const SMTP_AUTH = 'https://aka.ms/smtp_auth_disabled';

/** One sentence for the person who can put it right. */
export const REMEDIES = {
  correctPassword: { who: 'operator', action: 'replace-credential', text: 'Put the current user name and password of the mailbox into the configuration.' },
  replaceCredential: { who: 'operator', action: 'replace-credential', text: 'Replace the password of the mailbox, or sign in again where it uses a token.' },
  enableTenant: {
    who: 'tenant-admin',
    action: 'enable-protocol',
    text: 'Enable SMTP AUTH for the organisation (Set-TransportConfig -SmtpClientAuthenticationDisabled $false) or for this mailbox alone, or route its sending through Graph.',
    url: SMTP_AUTH,
  },
  enableMailbox: {
    who: 'tenant-admin',
    action: 'enable-protocol',
    text: 'Enable SMTP AUTH for this mailbox (Set-CASMailbox -SmtpClientAuthenticationDisabled $false), or route its sending through Graph.',
    url: SMTP_AUTH,
  },
  securityDefaults: { who: 'tenant-admin', action: 'enable-protocol', text: 'Let this mailbox send with a token or through Graph, because security defaults block its password.' },
  conditionalAccess: { who: 'tenant-admin', action: 'grant-mailbox-access', text: 'Exempt this sign-in from the Conditional Access policy that blocks it, or send with a token that meets the policy.' },
  basicRetired: { who: 'operator', action: 'fix-config', text: 'Move the sending of this mailbox to a flow with a token, because the server no longer takes passwords.' },
  allowMechanism: { who: 'tenant-admin', action: 'enable-protocol', text: 'Allow this way of signing in on the server, or configure another one for the mailbox.' },
  shorterToken: { who: 'operator', action: 'fix-config', text: 'Raise the longest line the mail server reads (line_length_limit in Postfix), or let the issuer give out shorter tokens.' },
  sendAs: { who: 'tenant-admin', action: 'grant-mailbox-access', text: 'Grant the account that signs in the right to send as this address, or set the default sender to its own.' },
  allowSending: { who: 'tenant-admin', action: 'grant-mailbox-access', text: 'Allow this account to submit mail by SMTP: enable SMTP AUTH for the mailbox and give the application SMTP.SendAsApp or SMTP.Send.' },
  waitForAllowance: { who: 'tenant-admin', action: 'free-space', text: 'Wait until the allowance of the day is renewed, or raise the sending limit of the mailbox.' },
  trustCertificate: { who: 'operator', action: 'fix-config', text: "Add the server's authority to `ca`, or let the server send its whole certificate chain." },
  renewCertificate: { who: 'operator', action: 'fix-config', text: "Renew the server's certificate, or correct the clock of one of the two machines." },
  correctName: { who: 'operator', action: 'fix-config', text: 'Set `host` or `servername` to a name that the certificate carries.' },
  correctTlsMode: { who: 'operator', action: 'fix-config', text: 'Check `port` and `tls`: 465 speaks TLS at once (implicit), 587 after STARTTLS.' },
  checkName: { who: 'operator', action: 'fix-config', text: 'Check the spelling of `host`, and that this machine can resolve it.' },
  checkAddress: { who: 'operator', action: 'fix-config', text: 'Check `host`, `port` and `tls`, and that a firewall lets the connection through.' },
  freeSpace: { who: 'mailbox-user', action: 'free-space', text: 'Free space in the mailbox that is full, the sender\'s or a recipient\'s.' },
  fewerConnections: { who: 'operator', action: 'fix-config', text: 'Lower `maxConnections`, or stop other programs that send from this mailbox.' },
} as const satisfies Record<string, Remedy>;
