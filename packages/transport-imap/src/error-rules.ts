import type { MailErrorCode, Remedy } from '@signalbox/core';

/** One failure, in the few words that rules look at. */
export interface Failure {
  readonly status?: string;
  /** The response code in brackets (RFC 9051 §7.1), upper case. */
  readonly code?: string;
  /** What the server said, on the command and on closing. */
  readonly text: string;
  /** The `code` of imapflow or of Node: `NoConnection`, `ECONNREFUSED`. */
  readonly library: string;
  /** The error's own message; only looked at where the library gives no code. */
  readonly message: string;
  /** imapflow's mark on whatever fails while signing in: also on limits and outages, so never a verdict by itself. */
  readonly authenticating: boolean;
  readonly tls: boolean;
  readonly throttleMs: number | undefined;
}

export interface Rule {
  readonly when: (failure: Failure) => boolean;
  readonly code: MailErrorCode;
  /** `{host}` is replaced. */
  readonly message: string;
  readonly remedy?: Remedy;
  readonly retryAfterMs?: (failure: Failure) => number | undefined;
}

const says = (pattern: RegExp) => (failure: Failure) => pattern.test(failure.text);
const coded =
  (...codes: readonly string[]) =>
  (failure: Failure) =>
    failure.code !== undefined && codes.includes(failure.code);
const failsWith =
  (...codes: readonly string[]) =>
  (failure: Failure) =>
    codes.includes(failure.library);

const REMEDIES = {
  replaceCredential: { who: 'mailbox-user', action: 'replace-credential', text: 'Enter the current password of the mailbox, or sign in again.' },
  unlockAccount: { who: 'tenant-admin', action: 'grant-mailbox-access', text: 'Enable the account; the server says it is disabled or blocked.' },
  grantAccess: {
    who: 'tenant-admin',
    action: 'grant-mailbox-access',
    text: 'Give the signed-in user or application full access to this mailbox, and check that IMAP is enabled and the mailbox has a licence.',
  },
  allowMechanism: {
    who: 'tenant-admin',
    action: 'enable-protocol',
    text: 'Allow this way of signing in on the server, or configure another one for the mailbox.',
  },
  fewerConnections: {
    who: 'operator',
    action: 'fix-config',
    text: 'Lower maxConnections, or close other programs that read this mailbox.',
  },
  trustCertificate: { who: 'operator', action: 'fix-config', text: "Add the server's authority to `ca`, or correct the server's certificate chain." },
  renewCertificate: { who: 'operator', action: 'fix-config', text: "Renew the server's certificate: it is expired or not yet valid." },
  correctName: { who: 'operator', action: 'fix-config', text: 'Set `host` or `servername` to a name that the certificate carries.' },
  correctTlsMode: { who: 'operator', action: 'fix-config', text: 'Check port and `tls`: 993 speaks TLS at once, 143 by STARTTLS.' },
  checkAddress: { who: 'operator', action: 'fix-config', text: 'Check `host` and `port`, and that a firewall lets the connection through.' },
  freeSpace: { who: 'mailbox-user', action: 'free-space', text: 'Delete or archive mail, or have the quota of the mailbox raised.' },
  grantFolder: { who: 'tenant-admin', action: 'grant-mailbox-access', text: 'Grant the rights on this folder to the user that signs in.' },
} as const satisfies Record<string, Remedy>;

const suggestedBackoff = (failure: Failure): number | undefined => {
  const told = /Backoff Time[:=\s]+(\d+)/i.exec(failure.text)?.[1];
  return told === undefined ? failure.throttleMs : Number(told);
};

/**
 * First match wins: from what is certain (TLS, a known sentence, a response code of RFC 5530) to what is a guess.
 * Sources: FACTS.md C4, LAB.md 2.2, 2.3 and 3, GreenMail 2.1.12's own source.
 */
export const RULES: readonly Rule[] = [
  // TLS
  { when: failsWith('CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'), code: 'tls.failed', message: 'The certificate of {host} is expired or not yet valid.', remedy: REMEDIES.renewCertificate },
  { when: failsWith('ERR_TLS_CERT_ALTNAME_INVALID'), code: 'tls.failed', message: 'The certificate of {host} is for another name.', remedy: REMEDIES.correctName },
  {
    when: failsWith('UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'SELF_SIGNED_CERT_IN_CHAIN', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'UNABLE_TO_GET_ISSUER_CERT', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'CERT_UNTRUSTED', 'INVALID_CA'),
    code: 'tls.failed',
    message: 'The certificate of {host} is not signed by a trusted authority.',
    remedy: REMEDIES.trustCertificate,
  },
  { when: ({ tls }) => tls, code: 'tls.failed', message: '{host} did not start TLS.', remedy: REMEDIES.correctTlsMode },
  { when: ({ library }) => /^(?:ERR_SSL_|ERR_TLS_|EPROTO$|STARTTLS_)/.test(library), code: 'tls.failed', message: 'No TLS connection with {host} came about.', remedy: REMEDIES.correctTlsMode },
  { when: coded('PRIVACYREQUIRED'), code: 'tls.failed', message: '{host} wants TLS before signing in.', remedy: REMEDIES.correctTlsMode },
  { when: says(/Plaintext authentication (?:not allowed|disallowed)/i), code: 'tls.failed', message: '{host} wants TLS before signing in.', remedy: REMEDIES.correctTlsMode },

  // The way there
  { when: failsWith('ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'ENODATA'), code: 'unavailable', message: 'The name {host} cannot be resolved.', remedy: REMEDIES.checkAddress },
  { when: failsWith('ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'EADDRNOTAVAIL'), code: 'unavailable', message: '{host} takes no connection.', remedy: REMEDIES.checkAddress },
  { when: failsWith('GREETING_TIMEOUT'), code: 'timeout', message: '{host} did not greet in time.', remedy: REMEDIES.correctTlsMode },
  { when: failsWith('CONNECT_TIMEOUT', 'UPGRADE_TIMEOUT', 'ETIMEDOUT', 'ETIMEOUT'), code: 'timeout', message: '{host} did not answer in time.' },

  // Exchange Online, FACTS.md C4
  { when: says(/Session invalidated|AccessTokenExpired/i), code: 'connection.lost', message: '{host} ended the session because the access token ran out.' },
  { when: says(/User is authenticated but not connected/i), code: 'access.denied', message: '{host} knows the credential but does not open this mailbox for it.', remedy: REMEDIES.grantAccess },
  { when: ({ throttleMs, text, library }) => throttleMs !== undefined || library === 'ETHROTTLE' || /Request is throttled|Backoff Time/i.test(text), code: 'throttled', message: '{host} asks to come back later.', retryAfterMs: suggestedBackoff },
  { when: says(/Server Unavailable|server is (?:busy|unavailable)|try again later/i), code: 'unavailable', message: '{host} is not available for now.' },
  { when: says(/Login is disabled|LOGINDISABLED/i), code: 'auth.method-disabled', message: '{host} does not take passwords.', remedy: REMEDIES.allowMechanism },

  // Response codes, RFC 5530 and RFC 9051
  { when: coded('LIMIT'), code: 'throttled', message: '{host} has too many connections of this mailbox.', remedy: REMEDIES.fewerConnections },
  { when: says(/(?:too many|maximum number of) (?:simultaneous )?(?:connections|sessions|logins)|connection limit/i), code: 'throttled', message: '{host} has too many connections of this mailbox.', remedy: REMEDIES.fewerConnections },
  { when: coded('UNAVAILABLE', 'INUSE', 'SERVERBUG'), code: 'unavailable', message: '{host} has a temporary problem.' },
  { when: coded('OVERQUOTA'), code: 'quota.exceeded', message: 'The mailbox is full.', remedy: REMEDIES.freeSpace },
  { when: says(/quota (?:exceeded|is full)|over ?quota|mailbox (?:is )?full/i), code: 'quota.exceeded', message: 'The mailbox is full.', remedy: REMEDIES.freeSpace },
  { when: coded('TOOBIG', 'APPENDLIMIT'), code: 'message.too-large', message: 'The message is larger than {host} takes.' },
  { when: says(/message (?:size )?(?:is )?too (?:big|large)|exceeds (?:fixed limit|maximum)/i), code: 'message.too-large', message: 'The message is larger than {host} takes.' },
  { when: coded('CONTACTADMIN'), code: 'access.denied', message: '{host} refuses this account.', remedy: REMEDIES.unlockAccount },
  { when: coded('NONEXISTENT', 'TRYCREATE'), code: 'folder.not-found', message: 'There is no such folder.' },
  { when: coded('NOPERM', 'AUTHORIZATIONFAILED'), code: 'access.denied', message: '{host} does not allow this.', remedy: REMEDIES.grantFolder },
  { when: coded('AUTHENTICATIONFAILED', 'EXPIRED'), code: 'auth.rejected', message: '{host} refused the credential.', remedy: REMEDIES.replaceCredential },
  { when: coded('CANNOT', 'UNKNOWN-CTE', 'BADURL'), code: 'message.refused', message: '{host} cannot store this.' },
  { when: coded('EXPUNGEISSUED'), code: 'message.not-found', message: 'The message is gone.' },

  // Signing in, in words only: Exchange, GreenMail, hoodiecrow
  { when: says(/account[_ ]is[_ ]disabled|account (?:disabled|locked)/i), code: 'access.denied', message: '{host} refuses this account.', remedy: REMEDIES.unlockAccount },
  { when: says(/Unsupported authentication mechanism|mechanism not supported/i), code: 'auth.method-disabled', message: '{host} does not offer this way of signing in.', remedy: REMEDIES.allowMechanism },
  { when: ({ message }) => /Unsupported authentication mechanism|No matching authentication method|Login is disabled/i.test(message), code: 'auth.method-disabled', message: '{host} does not offer this way of signing in.', remedy: REMEDIES.allowMechanism },
  {
    when: ({ authenticating, status, text }) => authenticating && status === 'NO' && /AUTHENTICATE failed|LOGIN failed|Invalid (?:login|credentials)|authentication fail(?:ed|ure)/i.test(text),
    code: 'auth.rejected',
    message: '{host} refused the credential.',
    remedy: REMEDIES.replaceCredential,
  },
  { when: ({ authenticating, status }) => authenticating && status === 'NO', code: 'auth.rejected', message: '{host} refused to sign in.', remedy: REMEDIES.replaceCredential },

  // A connection that ended
  {
    when: failsWith('NoConnection', 'EConnectionClosed', 'StateLogout', 'ClosedAfterConnectText', 'ClosedAfterConnectTLS', 'ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ERR_STREAM_DESTROYED', 'ERR_SOCKET_CLOSED', 'ERR_STREAM_WRITE_AFTER_END'),
    code: 'connection.lost',
    message: '{host} closed the connection.',
  },
  { when: ({ status }) => status === 'BYE', code: 'connection.lost', message: '{host} closed the connection.' },
  { when: ({ message }) => /Unexpected close|Connection not available|Connection closed/i.test(message), code: 'connection.lost', message: '{host} closed the connection.' },
];
