import { randomBytes } from 'node:crypto';
import type { CredentialIssuer } from '@signalbox/conformance';
import type { Lab, LabUser, MintOptions } from '@signalbox/lab';

/** The user's one password. The lab's servers cannot change it while they run. */
export const passwordOf = ({ user, password }: LabUser): CredentialIssuer => ({
  kind: 'password',
  username: user,
  issue: async () => password,
});

/** Tokens from the lab's OAuth server, which Dovecot and Postfix ask about each one. */
export const tokensOf = (lab: Lab, user: string, format: NonNullable<MintOptions['format']> = 'jwt'): CredentialIssuer => ({
  kind: 'bearer',
  username: user,
  issue: () => lab.oauth.mint({ user, format }),
  withdraw: (token) => lab.oauth.revoke(token),
});

/** GreenMail compares a bearer token with the user's password, so the token is the password here. */
export const passwordAsToken = ({ user, password }: LabUser): CredentialIssuer => ({
  kind: 'bearer',
  username: user,
  issue: async () => password,
});

let users = 0;
/** A name no world of this run had before; the random part keeps runs on one server apart. */
export const freshName = (prefix: string): string => `${prefix}${(users += 1)}-${randomBytes(3).toString('hex')}`;
