import type { MailErrorCode, Remedy } from '@signalbox/core';
import { describe, expect, it } from 'vitest';
import { connectionIsGone, refusesCredential, toMailError } from './errors.ts';

/** Errors as imapflow 2.10.2 makes them. */
const refused = (status: 'NO' | 'BAD', responseText: string, fields: object = {}): Error =>
  Object.assign(new Error('Command failed'), { responseStatus: status, responseText, response: `7 ${status} ${responseText}`, ...fields });
const coded = (serverResponseCode: string, responseText: string, fields: object = {}): Error => refused('NO', responseText, { serverResponseCode, ...fields });
const signingIn = { authenticationFailed: true, executedCommand: '2 AUTHENTICATE XOAUTH2 "(* value hidden *)"' };
const withCode = (code: string, message = code): Error => Object.assign(new Error(message), { code });

interface Row {
  readonly name: string;
  readonly error: unknown;
  readonly bye?: string;
  readonly code: MailErrorCode;
  readonly who?: Remedy['who'];
  readonly retryAfterMs?: number;
}

const ROWS: readonly Row[] = [
  // Exchange Online, FACTS.md C4
  { name: 'Exchange: refused token', error: refused('NO', 'AUTHENTICATE failed.', signingIn), code: 'auth.rejected', who: 'mailbox-user' },
  { name: 'Exchange: no right to the mailbox', error: refused('BAD', 'User is authenticated but not connected.'), code: 'access.denied', who: 'tenant-admin' },
  {
    name: 'Exchange: no right to the mailbox, found out by NAMESPACE',
    error: Object.assign(new Error('Authentication failed'), { authenticationFailed: true, response: 'User is authenticated but not connected.' }),
    code: 'access.denied',
    who: 'tenant-admin',
  },
  { name: 'Exchange: token ran out, untagged', error: withCode('NoConnection', 'Connection not available'), bye: 'Session invalidated - AccessTokenExpired', code: 'connection.lost' },
  { name: 'Exchange: token ran out, tagged', error: refused('BAD', 'Session invalidated - AccessTokenExpired'), code: 'connection.lost' },
  { name: 'Exchange: unavailable', error: refused('NO', 'Server Unavailable. 15'), code: 'unavailable' },
  { name: 'Exchange: unavailable, while signing in', error: refused('BAD', 'Server Unavailable. 15', signingIn), code: 'unavailable' },
  {
    name: 'Exchange: throttled',
    error: refused('BAD', 'Request is throttled. Suggested Backoff Time: 92415 milliseconds', { code: 'ETHROTTLE', throttleReset: 92_415 }),
    code: 'throttled',
    retryAfterMs: 92_415,
  },
  { name: 'Exchange: connection closed', error: withCode('NoConnection', 'Connection not available'), bye: 'Connection closed. 14', code: 'connection.lost' },
  { name: 'Exchange: passwords are off', error: Object.assign(new Error('Login is disabled'), { authenticationFailed: true }), code: 'auth.method-disabled', who: 'tenant-admin' },

  // Dovecot, LAB.md 2.2, 2.3 and 3.1
  { name: 'Dovecot: wrong password or token', error: coded('AUTHENTICATIONFAILED', 'Authentication failed.', signingIn), code: 'auth.rejected', who: 'mailbox-user' },
  { name: 'Dovecot: authentication service down', error: coded('UNAVAILABLE', 'Temporary authentication failure. [vm:2026-11-23 22:17:37]', signingIn), code: 'unavailable' },
  { name: 'Dovecot: account disabled', error: coded('CONTACTADMIN', 'Account_is_disabled', signingIn), code: 'access.denied', who: 'tenant-admin' },
  {
    name: 'Dovecot: too many connections',
    error: coded('LIMIT', 'Maximum number of connections from user+IP exceeded (mail_max_userip_connections=5)', signingIn),
    code: 'throttled',
    who: 'operator',
  },
  { name: 'Dovecot: over quota', error: coded('OVERQUOTA', 'Quota exceeded (mailbox for user is full)'), code: 'quota.exceeded', who: 'mailbox-user' },
  { name: 'Dovecot: no such folder', error: coded('TRYCREATE', "Mailbox doesn't exist: Nope"), code: 'folder.not-found' },
  { name: 'Dovecot: not allowed', error: coded('NOPERM', 'Permission denied'), code: 'access.denied', who: 'tenant-admin' },
  { name: 'Dovecot: mechanism', error: coded('ALERT', 'Unsupported authentication mechanism.', signingIn), code: 'auth.method-disabled', who: 'tenant-admin' },
  { name: 'Dovecot: TLS wanted', error: coded('PRIVACYREQUIRED', 'Plaintext authentication disallowed on non-secure (SSL/TLS) connections.', signingIn), code: 'tls.failed', who: 'operator' },
  { name: 'Dovecot: kicked', error: withCode('NoConnection', 'Connection not available'), bye: 'Server shutting down.', code: 'connection.lost' },
  { name: 'Dovecot: session inconsistent', error: withCode('NoConnection', 'Connection not available'), bye: 'IMAP session state is inconsistent, please relogin.', code: 'connection.lost' },
  { name: 'Dovecot: no mailbox for the token', error: withCode('ClosedAfterConnectTLS', 'Unexpected close'), code: 'connection.lost' },

  // GreenMail 2.1.12 and hoodiecrow 2.1.0, which have no response codes
  { name: 'GreenMail: refused', error: refused('NO', 'AUTHENTICATE failed. Invalid login/password for user id robin', signingIn), code: 'auth.rejected', who: 'mailbox-user' },
  { name: 'GreenMail: LOGIN refused', error: refused('NO', 'LOGIN failed. Invalid login/password for user id robin', signingIn), code: 'auth.rejected', who: 'mailbox-user' },
  { name: 'GreenMail: mechanism', error: refused('NO', 'Unsupported authentication mechanism', signingIn), code: 'auth.method-disabled', who: 'tenant-admin' },
  { name: 'hoodiecrow: password refused', error: refused('NO', 'Login failed: authentication failure', signingIn), code: 'auth.rejected', who: 'mailbox-user' },
  { name: 'hoodiecrow: token refused', error: refused('NO', 'SASL authentication failed', signingIn), code: 'auth.rejected', who: 'mailbox-user' },

  // Others
  { name: 'message too large', error: coded('TOOBIG', 'Message too large'), code: 'message.too-large' },
  { name: 'APPENDLIMIT', error: Object.assign(new Error('Message content too big for APPENDLIMIT=100'), { serverResponseCode: 'APPENDLIMIT' }), code: 'message.too-large' },
  { name: 'no mechanism in common', error: new Error('Unsupported authentication mechanism'), code: 'auth.method-disabled', who: 'tenant-admin' },
  { name: 'unknown refusal', error: refused('BAD', 'Command Argument Error. 11'), code: 'protocol.violation' },
  { name: 'unreadable answer', error: withCode('ParserError9', 'Unexpected char'), code: 'protocol.violation' },

  // TLS and the way there
  { name: 'certificate expired', error: withCode('CERT_HAS_EXPIRED'), code: 'tls.failed', who: 'operator' },
  { name: 'certificate of another name', error: withCode('ERR_TLS_CERT_ALTNAME_INVALID'), code: 'tls.failed', who: 'operator' },
  { name: 'certificate of nobody', error: withCode('UNABLE_TO_VERIFY_LEAF_SIGNATURE'), code: 'tls.failed', who: 'operator' },
  { name: 'certificate signed by itself', error: withCode('DEPTH_ZERO_SELF_SIGNED_CERT'), code: 'tls.failed', who: 'operator' },
  { name: 'no TLS on this port', error: withCode('ERR_SSL_WRONG_VERSION_NUMBER'), code: 'tls.failed', who: 'operator' },
  { name: 'no STARTTLS', error: Object.assign(new Error('Server does not support STARTTLS'), { tlsFailed: true }), code: 'tls.failed', who: 'operator' },
  { name: 'unknown host', error: withCode('ENOTFOUND'), code: 'unavailable', who: 'operator' },
  { name: 'refused connection', error: withCode('ECONNREFUSED'), code: 'unavailable', who: 'operator' },
  { name: 'no connection in time', error: withCode('CONNECT_TIMEOUT'), code: 'timeout' },
  { name: 'no greeting', error: withCode('GREETING_TIMEOUT'), code: 'timeout', who: 'operator' },
  { name: 'silence', error: withCode('ETIMEOUT', 'Socket timeout'), code: 'timeout' },
  { name: 'reset', error: withCode('ECONNRESET', 'read ECONNRESET'), code: 'connection.lost' },
];

describe('what goes wrong', () => {
  it.each(ROWS)('$name is $code', ({ error, bye, code, who, retryAfterMs }) => {
    const failure = toMailError({ error, bye, host: 'mail.example' });
    expect(failure.code).toBe(code);
    expect(failure.remedy?.who).toBe(who);
    expect(failure.retryAfterMs).toBe(retryAfterMs);
    expect(failure.message).not.toContain('{host}');
    expect(failure.detail?.protocol).toBe('imap');
  });

  it('hands back a credential only where that was refused, whatever imapflow calls an authentication failure', () => {
    const isRefusal = (error: Error): boolean => refusesCredential(toMailError({ error, host: 'mail.example' }));
    expect(isRefusal(coded('AUTHENTICATIONFAILED', 'Authentication failed.', signingIn))).toBe(true);
    expect(isRefusal(coded('LIMIT', 'Maximum number of connections', signingIn))).toBe(false);
    expect(isRefusal(coded('UNAVAILABLE', 'Temporary authentication failure.', signingIn))).toBe(false);
    expect(isRefusal(refused('BAD', 'User is authenticated but not connected.', signingIn))).toBe(false);
  });

  it('knows when a fresh connection may help', () => {
    expect(connectionIsGone(toMailError({ error: withCode('ECONNRESET'), host: 'mail.example' }))).toBe(true);
    expect(connectionIsGone(toMailError({ error: withCode('CERT_HAS_EXPIRED'), host: 'mail.example' }))).toBe(false);
  });

  it('keeps commands and tokens out of the error and its cause', () => {
    const error = refused('NO', 'AUTHENTICATE failed.', { ...signingIn, executedCommand: '2 AUTHENTICATE XOAUTH2 dXNlcj1y', oauthError: { token: 'dXNlcj1y' } });
    const failure = toMailError({ error, host: 'mail.example' });
    expect(JSON.stringify([failure, failure.cause, Object.keys(failure.cause as object)])).not.toContain('dXNlcj1y');
  });
});
