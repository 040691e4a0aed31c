import type { LabUser } from './accounts.ts';
import type { Lab } from './lab.ts';

export interface Address {
  readonly server: string;
  readonly protocol: string;
  readonly host: string;
  readonly port: number;
  readonly security: 'STARTTLS' | 'TLS' | 'none';
}

export interface Description {
  readonly addresses: readonly Address[];
  readonly users: readonly LabUser[];
  readonly tokenEndpoint: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly caFile: string;
}

/** What a person or a script needs to connect to the lab. */
export function describe(lab: Lab): Description {
  const { oauth, users, caFile, postfix, greenmail } = lab;
  const addresses: Address[] = [];
  const add = (server: string, protocol: string, port: number, security: Address['security']): void => {
    addresses.push({ server, protocol, host: '127.0.0.1', port, security });
  };
  for (const dovecot of [lab.dovecot, lab.dovecotAsExchange]) {
    if (dovecot === undefined) continue;
    add(dovecot.name, 'IMAP', dovecot.imapPort, 'STARTTLS');
    add(dovecot.name, 'IMAP', dovecot.imapsPort, 'TLS');
    add(dovecot.name, 'SMTP', dovecot.submissionPort, 'STARTTLS');
    add(dovecot.name, 'SMTP', dovecot.submissionsPort, 'TLS');
    add(dovecot.name, 'LMTP', dovecot.lmtpPort, 'none');
  }
  if (postfix !== undefined) {
    add('postfix', 'SMTP', postfix.submissionPort, 'STARTTLS');
    add('postfix', 'SMTP', postfix.submissionsPort, 'TLS');
    add('postfix', 'SMTP, incoming', postfix.smtpPort, 'none');
  }
  if (greenmail !== undefined) {
    add('greenmail', 'IMAP', greenmail.imapsPort, 'TLS');
    add('greenmail', 'IMAP', greenmail.imapPort, 'none');
    add('greenmail', 'SMTP', greenmail.smtpsPort, 'TLS');
    add('greenmail', 'SMTP', greenmail.smtpPort, 'none');
    add('greenmail', 'REST', greenmail.apiPort, 'none');
  }
  const { tokenEndpoint, clientId, clientSecret } = oauth;
  return { addresses, users, tokenEndpoint, clientId, clientSecret, caFile };
}
