import type { TenantBehaviour } from '../door.ts';

// What Exchange Online says over IMAP (FACTS.md C4, C5). The number behind BAD and BYE is its own and tells nothing more.

const SERVER = `[${Buffer.from('TENANTSIM.PROD.OUTLOOK.COM', 'utf16le').toString('base64')}]`;

export const GREETING: Readonly<Record<TenantBehaviour['imapProfile'], () => string>> = {
  classic: () => `The Microsoft Exchange IMAP4 service is ready. ${SERVER}`,
  '2026-09': () => `Microsoft Exchange IMAP4 service ready. {${crypto.randomUUID()}} (tcpproxy/15.21.0406.000 BACKENDAUTHENTICATE) ${SERVER}`,
};

const BEFORE: Readonly<Record<TenantBehaviour['imapProfile'], string>> = {
  classic: 'IMAP4 IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR UIDPLUS ID UNSELECT CHILDREN IDLE NAMESPACE LITERAL+',
  '2026-09': 'IMAP4 IMAP4rev1 AUTH=XOAUTH2 LOGINDISABLED SASL-IR UIDPLUS MOVE ID UNSELECT CHILDREN IDLE NAMESPACE LITERAL+',
};

const AFTER: Readonly<Record<TenantBehaviour['imapProfile'], string>> = {
  classic: 'IMAP4 IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR UIDPLUS MOVE ID UNSELECT CLIENTACCESSRULES CLIENTNETWORKPRESENCELOCATION BACKENDAUTHENTICATE CHILDREN IDLE NAMESPACE LITERAL+',
  '2026-09':
    'IMAP4 IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR UIDPLUS MOVE ID UNSELECT ENABLE IMAP4rev2 CLIENTACCESSRULES CLIENTNETWORKPRESENCELOCATION BACKENDAUTHENTICATE BACKENDAUTHENTICATE-IR CHILDREN IDLE NAMESPACE LITERAL+',
};

export interface CapabilityState {
  readonly profile: TenantBehaviour['imapProfile'];
  readonly isSecure: boolean;
  readonly isSignedIn: boolean;
  readonly takesPasswords: boolean;
}

/** MOVE shows up only after signing in; without TLS there is nothing to sign in with. */
export function capabilities({ profile, isSecure, isSignedIn, takesPasswords }: CapabilityState): string {
  if (isSignedIn) return AFTER[profile];
  const words = BEFORE[profile].split(' ');
  if (!isSecure) return [...words.filter((word) => !word.startsWith('AUTH=') && word !== 'LOGINDISABLED'), 'STARTTLS', 'LOGINDISABLED'].join(' ');
  if (takesPasswords || profile === '2026-09') return words.join(' ');
  return words.map((word) => (word === 'AUTH=PLAIN' ? 'LOGINDISABLED' : word)).join(' ');
}

export const WORDS = {
  unknownCommand: 'BAD Command Error. 10',
  badArgument: 'BAD Command Argument Error. 11',
  tooLong: 'BAD Command Error. 12',
  wrongState: 'BAD Command received in Invalid state.',
  notConnected: 'BAD User is authenticated but not connected.',
  closed: 'BYE Connection closed. 14',
  timedOut: 'BYE Connection is closed. 13',
  loggedOut: 'BYE Microsoft Exchange Server IMAP4 server signing off.',
  expired: 'Session invalidated - AccessTokenExpired',
  unavailable: 'NO Server Unavailable. 15',
  full: 'NO [OVERQUOTA] The mailbox is full.',
  noFolder: (name: string) => `NO ${name} doesn't exist.`,
  tryCreate: (name: string) => `NO [TRYCREATE] ${name} doesn't exist.`,
} as const;
