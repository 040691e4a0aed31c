import { isMailError } from '@signalbox/core';
import { type DatabaseFailure, toDatabaseError } from '../failure/database-failure.ts';

const UNREACHABLE: DatabaseFailure = {
  code: 'unavailable',
  says: 'cannot be reached',
  remedy: 'Check host and port in DATABASE_URL, and that PostgreSQL runs and listens there.',
};
const STARTING: DatabaseFailure = { code: 'unavailable', says: 'is starting or shutting down' };
const REFUSED: DatabaseFailure = {
  code: 'auth.rejected',
  says: 'refuses this user or password',
  remedy: 'Correct user and password in DATABASE_URL, or let the user in by pg_hba.conf.',
  action: 'replace-credential',
};
const MISSING: DatabaseFailure = { code: 'config.invalid', says: 'does not exist on that server', remedy: 'Make the database (`createdb`), or correct its name in DATABASE_URL.' };
const FORBIDDEN: DatabaseFailure = {
  code: 'config.invalid',
  says: 'does not let this user do what is needed',
  remedy: 'Let the user own the database, or grant it `create` and `usage` on the schema and all rights on its tables.',
};
const READ_ONLY: DatabaseFailure = {
  code: 'unavailable',
  says: 'takes no writes, as a standby does',
  remedy: 'Name the primary server in DATABASE_URL, and see that default_transaction_read_only is off.',
};
const FULL: DatabaseFailure = { code: 'quota.exceeded', says: 'has no room left on its disk', remedy: 'Free space on the disk of the database server.', action: 'free-space' };
const CROWDED: DatabaseFailure = { code: 'unavailable', says: 'takes no more connections', remedy: 'Raise max_connections on the database server, or end what holds connections.' };
const SHORT: DatabaseFailure = { code: 'unavailable', says: 'is short of memory or of another resource', remedy: 'Look into the log of the database server.' };
const BUSY: DatabaseFailure = { code: 'unavailable', says: 'is kept busy by other transactions' };
const SLOW: DatabaseFailure = { code: 'timeout', says: 'did not answer in time' };
const DISK: DatabaseFailure = { code: 'unavailable', says: 'could not read or write its disk', remedy: 'Check the disk of the database server, and its log.' };
const DAMAGED: DatabaseFailure = { code: 'config.invalid', says: 'is damaged', remedy: 'Put the database back from a backup.' };
const TLS: DatabaseFailure = { code: 'tls.failed', says: 'offers no trusted encrypted connection', remedy: 'Name the CA with sslrootcert in DATABASE_URL, correct the host name, or switch TLS on at the server.' };
/** The last statement may have taken effect. */
const LOST: DatabaseFailure = { code: 'connection.lost', says: 'ended the connection', retry: 'unknown-outcome' };
/** The server rolls back what had begun. */
const ROLLED_BACK: DatabaseFailure = { code: 'connection.lost', says: 'ended a connection that had stood still in a transaction' };

/** By SQLSTATE (PostgreSQL manual, appendix A), and by its first two characters. */
const BY_STATE: Readonly<Record<string, DatabaseFailure>> = {
  '28000': REFUSED,
  '28P01': REFUSED,
  '3D000': MISSING,
  '42501': FORBIDDEN,
  '3F000': FORBIDDEN, // no schema to create tables in
  '25006': READ_ONLY,
  '25P03': ROLLED_BACK,
  '40001': BUSY,
  '40P01': BUSY,
  '53100': FULL,
  '53300': CROWDED,
  '53': SHORT,
  '55P03': BUSY,
  '57014': SLOW,
  '57P01': LOST,
  '57P02': LOST,
  '57P03': STARTING,
  '57P05': LOST,
  '08': LOST,
  '58': DISK,
  'XX001': DAMAGED,
  'XX002': DAMAGED,
};

/** By what the operating system or TLS says of the connection. */
const BY_ERRNO: Readonly<Record<string, DatabaseFailure>> = {
  ECONNREFUSED: UNREACHABLE,
  ENOENT: UNREACHABLE, // the socket is not there
  EACCES: UNREACHABLE,
  ENOTFOUND: UNREACHABLE,
  EAI_AGAIN: UNREACHABLE,
  EHOSTUNREACH: UNREACHABLE,
  ENETUNREACH: UNREACHABLE,
  ETIMEDOUT: UNREACHABLE,
  ECONNRESET: LOST,
  EPIPE: LOST,
  ERR_TLS_CERT_ALTNAME_INVALID: TLS,
  CERT_HAS_EXPIRED: TLS,
  DEPTH_ZERO_SELF_SIGNED_CERT: TLS,
  SELF_SIGNED_CERT_IN_CHAIN: TLS,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: TLS,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: TLS,
};

/** What `pg` says itself, without a code. */
const BY_WORDS: readonly (readonly [RegExp, DatabaseFailure])[] = [
  [/^Connection terminated|not queryable|discarded/, LOST],
  [/^timeout (exceeded|expired)/, UNREACHABLE],
  [/^SASL/, REFUSED],
  [/does not support SSL/, TLS],
];

/** What the server, the network or `pg` said, as a `MailError` about this place; anything else comes back as it is. */
export function explainFailure(error: unknown, place: string, phase: 'connecting' | 'asking'): unknown {
  if (isMailError(error) || !(error instanceof Error)) return error;
  const failure = failureOf(error);
  if (!failure) return error;
  return toDatabaseError(phase === 'connecting' && failure === LOST ? UNREACHABLE : failure, place, { cause: error, detail: { protocol: 'postgresql', status: codeOf(error), text: error.message } });
}

/** Whether one of two transactions was chosen to begin anew. */
export const mayBeginAnew = (error: unknown): boolean => isMailError(error) && error.cause instanceof Error && ['40001', '40P01'].includes(codeOf(error.cause));

const codeOf = (error: Error & { readonly code?: unknown }): string => (typeof error.code === 'string' ? error.code : '');

function failureOf(error: Error): DatabaseFailure | undefined {
  const code = codeOf(error);
  return BY_STATE[code] ?? BY_ERRNO[code] ?? (/^[0-9A-Z]{5}$/.test(code) ? BY_STATE[code.slice(0, 2)] : undefined) ?? BY_WORDS.find(([words]) => words.test(error.message))?.[1];
}
