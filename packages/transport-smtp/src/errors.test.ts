import { isMailError, MailError, type MailErrorCode } from '@signalbox/core';
import { describe, expect, it } from 'vitest';
import { detailOf, explainSend, isLost, parseReply, replyError, toMailError } from './errors.ts';

const host = 'smtp.example.test';
/** No remedy at all. */
const NOBODY = /^$/;
type Row = readonly [reply: string, command: string, code: MailErrorCode, remedy: RegExp];

/** FACTS.md C4 and C6, LAB.md 2.3, 2.4 and 4.3, as the servers wrote them. */
const REPLIES: readonly Row[] = [
  ['535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. Visit https://aka.ms/smtp_auth_disabled for more information.', 'AUTH', 'auth.method-disabled', /organisation.*Set-TransportConfig/],
  ['535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox. Visit https://aka.ms/smtp_auth_disabled for more information.', 'AUTH', 'auth.method-disabled', /Set-CASMailbox/],
  ['535 5.7.139 Authentication unsuccessful, the user credentials were incorrect.', 'AUTH', 'auth.rejected', /current user name and password/],
  ["535 5.7.139 Authentication unsuccessful, user is locked by your organization's security defaults policy. Contact your administrator.", 'AUTH', 'auth.method-disabled', /security defaults/],
  ['535 5.7.139 Authentication unsuccessful, the request did not meet the criteria to be authenticated successfully. Contact your administrator.', 'AUTH', 'access.denied', /Conditional Access/],
  ['550 5.7.30 Basic authentication is not supported for Client Submission.', 'AUTH', 'auth.method-disabled', /flow with a token/],
  ['535 5.7.3 Authentication unsuccessful [AM0PR01CA0001.eurprd01.prod.exchangelabs.com]', 'AUTH', 'auth.rejected', /Replace the password|sign in again/],
  ['535 5.7.8 Authentication failed.', 'AUTH', 'auth.rejected', /sign in again/],
  ['535 5.7.8 Error: authentication failed: (reason unavailable)', 'AUTH', 'auth.rejected', /sign in again/],
  ['535 Error: Username and Password not accepted', 'AUTH', 'auth.rejected', /sign in again/],
  ['535 5.7.8 Error: authentication failed: Invalid base64 data in initial response', 'AUTH', 'config.invalid', /line_length_limit/],
  ['500 5.5.2 Line too long', 'AUTH', 'config.invalid', /shorter tokens/],
  ['504 5.5.4 Unsupported authentication mechanism.', 'AUTH', 'auth.method-disabled', /Allow this way/],
  ['535 5.7.8 Error: authentication failed: Invalid authentication mechanism', 'AUTH', 'auth.method-disabled', /Allow this way/],
  ['534 5.7.9 Application-specific password required.', 'AUTH', 'auth.method-disabled', /Allow this way/],
  ['454 4.7.0 Temporary authentication failure. [vm:2026-11-23 22:17:45]', 'AUTH', 'unavailable', NOBODY],
  ['421 Error: Command line too long', 'AUTH', 'unavailable', NOBODY],
  ['432 4.3.2 Concurrent connections limit exceeded. Visit https://aka.ms/concurrent_sending for more information.', 'MAIL FROM', 'throttled', /maxConnections/],
  ['432 4.3.2 <a@lab.test>: Recipient address rejected: STOREDRV.Submission; sender thread limit exceeded', 'RCPT TO', 'throttled', /maxConnections/],
  ['421 4.7.0 Too many concurrent SMTP connections; please try again later.', 'CONN', 'throttled', /maxConnections/],
  ['450 4.2.1 The recipient receives mail at a rate that prevents more', 'RCPT TO', 'throttled', NOBODY],
  ['452 4.5.3 Too many recipients', 'RCPT TO', 'throttled', NOBODY],
  ['452 4.3.1 Insufficient system storage', 'DATA', 'unavailable', NOBODY],
  ['451 4.7.0 Temporary server error. Please try again later. PRX2', 'DATA', 'unavailable', NOBODY],
  ['421 4.4.2 Connection dropped due to SocketError', 'RCPT TO', 'unavailable', NOBODY],
  ['421 4.3.0 Temporary system problem', 'CONN', 'unavailable', NOBODY],
  ['554 5.7.1 No mail from here', 'CONN', 'unavailable', /host/],
  ['554 5.2.252 SendAsDenied; a@x.test not allowed to send as b@x.test; STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied', 'DATA', 'sender.refused', /right to send as/],
  ['550 5.7.60 SMTP; Client does not have permissions to send as this sender', 'DATA', 'sender.refused', /right to send as/],
  ['553 5.7.1 <bob@lab.test>: Sender address rejected: not owned by user alice@lab.test', 'RCPT TO', 'sender.refused', /right to send as/],
  ['550 5.1.8 Access denied, bad outbound sender', 'RCPT TO', 'sender.refused', /right to send as/],
  ['501 5.1.7 Invalid address', 'MAIL FROM', 'sender.refused', /default sender/],
  ['530 5.7.57 Client not authenticated to send mail.', 'MAIL FROM', 'access.denied', /SMTP\.SendAsApp/],
  ['530 5.7.57 SMTP; Client was not authenticated to send anonymous mail during MAIL FROM', 'MAIL FROM', 'access.denied', /SMTP\.SendAsApp/],
  ['530 5.7.0 Authentication required.', 'MAIL FROM', 'access.denied', /submit mail/],
  ["550 5.1.1 <nobody@lab.test> User doesn't exist: nobody@lab.test", 'RCPT TO', 'recipient.refused', NOBODY],
  ['550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup', 'DATA', 'recipient.refused', NOBODY],
  ['550 5.1.0 <perm@lab.test>: Recipient address rejected', 'RCPT TO', 'recipient.refused', NOBODY],
  ["501 5.5.4 Invalid TO: Missing '>' at end of path", 'RCPT TO', 'recipient.refused', NOBODY],
  ['552 5.2.2 <full@lab.test> Quota exceeded (mailbox for user is full)', 'RCPT TO', 'recipient.refused', NOBODY],
  ['552 5.2.2 <full@lab.test> Quota exceeded (mailbox for user is full)', 'DATA', 'quota.exceeded', /Free space/],
  ['554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException; the submission quota was exceeded', 'DATA', 'quota.exceeded', /allowance/],
  ['552 5.3.4 Message size exceeds fixed limit', 'MAIL FROM', 'message.too-large', NOBODY],
  ['552 Error: message exceeds fixed maximum message size 5000000', 'DATA', 'message.too-large', NOBODY],
  ['554 5.7.1 Spam message rejected', 'DATA', 'message.refused', NOBODY],
  ['503 5.5.1 Bad sequence of commands', 'EHLO', 'protocol.violation', NOBODY],
];

describe('the reply of a server', () => {
  it.each(REPLIES)('%s in answer to %s is %s', (reply, command, code, remedy) => {
    const error = toMailError(replyError(reply, command), host);
    expect(error.code).toBe(code);
    expect(error.remedy?.text ?? '').toMatch(remedy);
    expect(error.detail).toMatchObject({ protocol: 'smtp', status: expect.stringMatching(/^\d{3}/) });
  });

  it('never stops a mailbox for one recipient or one message', () => {
    for (const [reply, command, code] of REPLIES) {
      if (code !== 'recipient.refused' && code !== 'message.refused' && code !== 'message.too-large') continue;
      expect(toMailError(replyError(reply, command), host).affects).toBe('item');
    }
    expect(toMailError(replyError('552 5.2.2 Quota exceeded (mailbox for user is full)', 'DATA'), host).affects).toBe('item');
    expect(toMailError(replyError('535 5.7.139 SmtpClientAuthentication is disabled for the Mailbox.', 'AUTH'), host).affects).toBe('mailbox');
  });

  it('has one sentence as its remedy wherever a person can help', () => {
    const texts = REPLIES.map(([reply, command]) => toMailError(replyError(reply, command), host).remedy?.text).filter((text) => text !== undefined);
    expect(texts.length).toBeGreaterThan(0);
    expect(texts.filter((text) => !/^[A-Z][^\n]*\.$/.test(text))).toEqual([]);
  });

  it('shows no credential that the server repeats', () => {
    const echo = Buffer.from('\0robin@example.test\0correct horse battery staple').toString('base64');
    const error = toMailError(replyError(`502 5.5.1 Unrecognized command: AUTH PLAIN ${echo}`, 'AUTH'), host);
    expect(error.detail?.text).toBe('Unrecognized command: AUTH PLAIN [hidden]');
    expect(JSON.stringify(error)).not.toContain(echo);
  });
});

const wire = (fields: object): Error => Object.assign(new Error('wire'), fields);

describe('a failure without a reply', () => {
  it.each<readonly [object, MailErrorCode, RegExp]>([
    [{ code: 'ENOTFOUND' }, 'unavailable', /spelling/],
    [{ code: 'EAI_AGAIN' }, 'unavailable', /resolve/],
    [{ code: 'ECONNREFUSED' }, 'unavailable', /port/],
    [{ code: 'EHOSTUNREACH' }, 'unavailable', /firewall/],
    [{ code: 'ETIMEDOUT' }, 'timeout', /firewall/],
    [{ code: 'ECONNRESET' }, 'connection.lost', NOBODY],
    [{ code: 'ECONNECTION', command: 'CONN' }, 'connection.lost', NOBODY],
    [{ code: 'ESOCKET', originalCode: 'ECONNRESET' }, 'connection.lost', NOBODY],
    [{ code: 'CERT_HAS_EXPIRED' }, 'tls.failed', /Renew/],
    [{ code: 'ESOCKET', originalCode: 'CERT_HAS_EXPIRED' }, 'tls.failed', /Renew/],
    [{ code: 'ERR_TLS_CERT_ALTNAME_INVALID' }, 'tls.failed', /servername/],
    [{ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }, 'tls.failed', /`ca`/],
    [{ code: 'SELF_SIGNED_CERT_IN_CHAIN' }, 'tls.failed', /`ca`/],
    [{ code: 'ERR_SSL_WRONG_VERSION_NUMBER' }, 'tls.failed', /465.*587/],
    [{ code: 'ETLS', command: 'STARTTLS', response: '454 4.7.0 TLS not available' }, 'tls.failed', /465.*587/],
    [{ code: 'ECONNECTION', command: 'EHLO', response: '502 unimplemented', message: 'EHLO failed but HELO does not support required STARTTLS' }, 'protocol.violation', NOBODY],
    [{ code: 'EPROTOCOL', command: 'CONN' }, 'protocol.violation', NOBODY],
  ])('%j is %s', (fields, code, remedy) => {
    const error = toMailError(wire(fields), host);
    expect(error.code).toBe(code);
    expect(error.remedy?.text ?? '').toMatch(remedy);
  });

  it('keeps no more of its cause than message and code', () => {
    const error = toMailError(wire({ code: 'ECONNRESET', auth: { pass: 'hunter2' } }), host);
    expect(Object.keys(error.cause as object)).toEqual(['code']);
  });
});

describe('the failure of a message', () => {
  const refusal = wire({ code: 'EMESSAGE', command: 'DATA', response: '550 5.7.1 no' });
  const silence = wire({ code: 'ECONNECTION', command: 'CONN' });

  it('is what the server said, wherever the message was', () => {
    for (const progress of ['envelope', 'content', 'complete'] as const) expect(explainSend(refusal, progress, host).code).toBe('message.refused');
  });
  it('may be repeated after a loss before the end of the data', () => {
    for (const progress of ['envelope', 'content'] as const) expect(explainSend(silence, progress, host)).toMatchObject({ code: 'connection.lost', retry: 'safe' });
  });
  it.each([silence, wire({ code: 'ETIMEDOUT' }), wire({ code: 'ESOCKET', originalCode: 'EPIPE' }), wire({ code: 'EPROTOCOL' })])('is unknown after the end of the data, unless the server refused: %o', (error) => {
    expect(explainSend(error, 'complete', host)).toMatchObject({ code: 'delivery.unknown', retry: 'unknown-outcome', affects: 'item' });
  });
  it.each(['250-half', '354 go on', '55', 'hello'])('is unknown when the answer to the end of the data is %j', (response) => {
    expect(explainSend(wire({ code: 'EMESSAGE', command: 'DATA', response }), 'complete', host).code).toBe('delivery.unknown');
  });
  it('is unknown when the connection ends with half a refusal', () => {
    expect(explainSend(wire({ code: 'ECONNECTION', response: '550 5.7.1 y' }), 'complete', host).code).toBe('delivery.unknown');
  });
  it('passes on what is told already', () => {
    const told = new MailError('message.too-large', 'too large');
    expect(explainSend(told, 'complete', host)).toBe(told);
    expect(isMailError(toMailError(told, host))).toBe(true);
  });
});

describe('a reply', () => {
  it.each([
    ['250 2.0.0 Ok: queued as 3C28', { status: '250 2.0.0', text: 'Ok: queued as 3C28' }],
    ['250-2.0.0 first\r\n250 2.0.0 second', { status: '250 2.0.0', text: 'first second' }],
    ['250 OK', { status: '250', text: 'OK' }],
    ['250', { status: '250' }],
  ])('%j is taken apart', (response, expected) => {
    expect(detailOf(parseReply(response))).toEqual({ protocol: 'smtp', ...expected });
  });
  it('that is none has no detail', () => expect(detailOf(parseReply('hello'))).toBeUndefined());
  it('of 421 ends a connection, others do not', () => {
    expect(isLost(replyError('421 4.4.2 idle', 'MAIL FROM'))).toBe(true);
    expect(isLost(replyError('451 4.4.2 later', 'MAIL FROM'))).toBe(false);
    expect(isLost(wire({ code: 'ECONNECTION' }))).toBe(true);
    expect(isLost(wire({ code: 'ETIMEDOUT' }))).toBe(false);
  });
});
