import type { Direction } from '../routing/flow.ts';

/** Exchange Online's IMAP and SMTP hosts: worldwide, GCC High and DoD, China. */
const HOSTS: ReadonlySet<string> = new Set([
  'outlook.office365.com',
  'outlook.office.com',
  'imap-mail.outlook.com',
  'smtp.office365.com',
  'smtp-mail.outlook.com',
  'outlook.office365.us',
  'smtp.office365.us',
  'partner.outlook.cn',
  'smtp.partner.outlook.cn',
]);

export const isExchangeOnline = (host: string): boolean => HOSTS.has(host.toLowerCase());

/** What becomes of a password there, as of November 2026 (Microsoft's message MC786329 for SMTP AUTH). */
export const PASSWORD_ON_EXCHANGE_ONLINE: Readonly<Record<Direction, { readonly message: string; readonly remedy: string }>> = {
  receive: {
    message: 'Exchange Online has refused passwords over IMAP since 2023: this mailbox will not receive.',
    remedy: 'Receive by a flow with tokens, such as client credentials or on behalf of.',
  },
  send: {
    message: 'Exchange Online switches SMTP AUTH with a password off by default at the end of December 2026; some tenants refuse it already.',
    remedy: 'Send by a flow with tokens; until then an administrator can enable SMTP AUTH for the tenant or the mailbox.',
  },
};
