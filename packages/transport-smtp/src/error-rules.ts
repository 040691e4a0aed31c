import type { BlastRadius, MailErrorCode, Remedy } from '@signalbox/core';
import { REMEDIES } from './remedies.ts';

/** One failure, in the few words that rules look at. */
export interface Failure {
  /** The reply code; absent where the server said nothing. */
  readonly status?: number;
  /** The enhanced status code (RFC 3463): `5.7.139`. */
  readonly enhanced?: string;
  readonly text: string;
  /** What was being done: `CONN`, `AUTH`, `MAIL FROM`, `RCPT TO`, `DATA`. */
  readonly command: string;
  /** Node's code, and nodemailer's around it: `ECONNREFUSED`, `ESOCKET`. */
  readonly codes: readonly string[];
}

export interface Rule {
  readonly when: (failure: Failure) => boolean;
  readonly code: MailErrorCode;
  /** `{host}` is replaced. */
  readonly message: string;
  readonly remedy?: Remedy;
  readonly affects?: BlastRadius;
}

const says = (pattern: RegExp) => (failure: Failure) => pattern.test(failure.text);
const failsWith =
  (...codes: readonly string[]) =>
  (failure: Failure) =>
    failure.codes.some((code) => codes.includes(code));
const answers =
  (status: number, ...enhanced: readonly string[]) =>
  (failure: Failure) =>
    failure.status === status && (enhanced.length === 0 || (failure.enhanced !== undefined && enhanced.includes(failure.enhanced)));
const during =
  (command: string, when: (failure: Failure) => boolean = () => true) =>
  (failure: Failure) =>
    failure.command.startsWith(command) && when(failure);
const permanent = ({ status = 0 }: Failure): boolean => status >= 500;
const transient = ({ status = 0 }: Failure): boolean => status >= 400 && status < 500;
const both =
  (first: (failure: Failure) => boolean, second: (failure: Failure) => boolean) =>
  (failure: Failure) =>
    first(failure) && second(failure);


/**
 * First match wins: from what is certain (TLS, a known sentence) to what is a guess.
 * Sources: FACTS.md C4 and C6, LAB.md 2.3, 2.4 and 4.3, RFC 4954 §6, RFC 3463.
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
  { when: ({ codes }) => codes.some((code) => /^(?:ETLS$|ERR_SSL_|ERR_TLS_|EPROTO$)/.test(code)), code: 'tls.failed', message: '{host} did not start TLS.', remedy: REMEDIES.correctTlsMode },
  { when: says(/STARTTLS/), code: 'tls.failed', message: '{host} did not start TLS.', remedy: REMEDIES.correctTlsMode },

  // The way there
  { when: failsWith('EDNS', 'ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL'), code: 'unavailable', message: 'The name {host} cannot be resolved.', remedy: REMEDIES.checkName },
  { when: failsWith('ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'EADDRNOTAVAIL'), code: 'unavailable', message: '{host} takes no connection.', remedy: REMEDIES.checkAddress },
  { when: failsWith('ETIMEDOUT'), code: 'timeout', message: '{host} did not answer in time.', remedy: REMEDIES.checkAddress },

  // Exchange Online's sentences, FACTS.md C4
  { when: says(/SmtpClientAuthentication is disabled for the Tenant/i), code: 'auth.method-disabled', message: '{host} has SMTP AUTH switched off for the organisation.', remedy: REMEDIES.enableTenant },
  { when: says(/SmtpClientAuthentication is disabled for the Mailbox/i), code: 'auth.method-disabled', affects: 'mailbox', message: '{host} has SMTP AUTH switched off for this mailbox.', remedy: REMEDIES.enableMailbox },
  { when: says(/security defaults policy/i), code: 'auth.method-disabled', message: 'The security defaults of the organisation refuse this sign-in.', remedy: REMEDIES.securityDefaults },
  { when: says(/did not meet the criteria to be authenticated/i), code: 'access.denied', message: 'A Conditional Access policy of the organisation refuses this sign-in.', remedy: REMEDIES.conditionalAccess },
  { when: says(/user credentials were incorrect/i), code: 'auth.rejected', message: '{host} says that user name or password is wrong.', remedy: REMEDIES.correctPassword },
  { when: says(/Basic authentication is not supported/i), code: 'auth.method-disabled', message: '{host} no longer takes passwords for sending.', remedy: REMEDIES.basicRetired },
  { when: says(/SendAsDenied|not allowed to send as|not owned by user|sender address rejected|not permitted to send as|permissions to send as/i), code: 'sender.refused', message: '{host} does not let this account send as that address.', remedy: REMEDIES.sendAs },
  { when: says(/Client (?:was )?not authenticated/i), code: 'access.denied', message: '{host} lets this account sign in, but not send.', remedy: REMEDIES.allowSending },
  { when: says(/submission quota|daily limit|ExceededMessageLimit/i), code: 'quota.exceeded', message: 'The sending allowance of this mailbox is used up.', remedy: REMEDIES.waitForAllowance },
  { when: says(/concurrent (?:connections|sending)|too many (?:concurrent )?(?:SMTP )?(?:connections|sessions)|sender thread limit/i), code: 'throttled', message: '{host} has too many connections of this mailbox.', remedy: REMEDIES.fewerConnections },
  { when: answers(432), code: 'throttled', message: '{host} asks to send more slowly.' },
  { when: both(transient, says(/\brate\b|too many|throttl|sending limit|slow down/i)), code: 'throttled', message: '{host} asks to send more slowly.' },

  // Signing in, RFC 4954 §6
  { when: during('AUTH', transient), code: 'unavailable', message: '{host} cannot check credentials for now.' },
  { when: during('AUTH', says(/Line too long|Invalid base64 data in initial response/i)), code: 'config.invalid', message: '{host} cannot read a token as long as this one.', remedy: REMEDIES.shorterToken },
  { when: during('AUTH', answers(534)), code: 'auth.method-disabled', message: '{host} wants another way of signing in.', remedy: REMEDIES.allowMechanism },
  { when: during('AUTH', (failure) => answers(504)(failure) || says(/unsupported|unrecognized|invalid authentication mechanism|not implemented/i)(failure)), code: 'auth.method-disabled', message: '{host} does not take this way of signing in.', remedy: REMEDIES.allowMechanism },
  { when: during('AUTH', permanent), code: 'auth.rejected', message: '{host} refused the credential.', remedy: REMEDIES.replaceCredential },
  { when: answers(530), code: 'access.denied', message: '{host} lets this account sign in, but not send.', remedy: REMEDIES.allowSending },

  // One recipient: never a reason to stop a mailbox
  { when: during('RCPT TO', both(permanent, ({ enhanced }) => enhanced === '5.1.7' || enhanced === '5.1.8')), code: 'sender.refused', message: '{host} refused the sender.', remedy: REMEDIES.sendAs },
  { when: during('RCPT TO', permanent), code: 'recipient.refused', message: '{host} refused the recipient.' },
  { when: during('DATA', answers(550, '5.1.1', '5.1.10')), code: 'recipient.refused', message: '{host} does not know the recipient.' },

  // The message
  { when: (failure) => answers(552, '5.3.4')(failure) || answers(554, '5.3.4')(failure) || says(/message size exceeds|maximum message size|larger than allowed|message too (?:large|big)/i)(failure), code: 'message.too-large', message: 'The message is larger than {host} takes.' },
  { when: (failure) => answers(552, '5.2.2')(failure) || says(/quota exceeded|mailbox (?:is )?full/i)(failure), code: 'quota.exceeded', affects: 'item', message: 'There is no room for the message.', remedy: REMEDIES.freeSpace },
  { when: answers(552), code: 'message.too-large', message: 'The message is larger than {host} takes.' },
  { when: transient, code: 'unavailable', message: '{host} takes the message later, not now.' },
  { when: during('MAIL FROM', permanent), code: 'sender.refused', message: '{host} refused the sender.', remedy: REMEDIES.sendAs },
  { when: during('DATA', permanent), code: 'message.refused', message: '{host} refused the message.' },
  { when: during('CONN', permanent), code: 'unavailable', message: '{host} takes no mail from here.', remedy: REMEDIES.checkAddress },
  { when: permanent, code: 'protocol.violation', message: '{host} refused a command that every mail server takes.' },

  // A connection that ended without a word
  { when: failsWith('ECONNECTION', 'ESOCKET', 'ESTREAM', 'ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ERR_STREAM_DESTROYED'), code: 'connection.lost', message: '{host} closed the connection.' },
];
