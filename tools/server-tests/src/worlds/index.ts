import type { OpenWorld } from '@signalbox/conformance';
import type { CredentialKind } from '@signalbox/core';
import type { Lab } from '@signalbox/lab';
import { imapOnDovecot, imapOnGreenMail } from './imap.ts';
import { smtpOnDovecot, smtpOnGreenMail, smtpOnPostfix } from './smtp.ts';

const demanded = <T>(server: T | undefined): T => {
  if (server === undefined) throw new Error('These worlds need every server of the lab.');
  return server;
};

const KINDS: readonly (readonly [string, (lab: Lab, credentials: CredentialKind) => OpenWorld])[] = [
  ['imap on GreenMail', imapOnGreenMail],
  ['imap on Dovecot', (lab, credentials) => imapOnDovecot(lab, demanded(lab.dovecot), credentials)],
  ['imap on Dovecot as Exchange', (lab, credentials) => imapOnDovecot(lab, demanded(lab.dovecotAsExchange), credentials)],
  ['smtp on GreenMail', smtpOnGreenMail],
  ['smtp on Dovecot', smtpOnDovecot],
  ['smtp on Postfix', smtpOnPostfix],
];

/** Every world on real servers, by the name it has in tables and committed lists. */
export const worldsOf = (lab: Lab): ReadonlyMap<string, OpenWorld> =>
  new Map(KINDS.flatMap(([name, open]) => (['password', 'bearer'] as const).map((credentials) => [`${name}, ${credentials}`, open(lab, credentials)])));
