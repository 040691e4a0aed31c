import { ERROR_CODES, type MailErrorCode } from '@signalbox/core';
import { describe, expect, it } from 'vitest';
import { networkToMailError, refusalToMailError } from './errors.ts';
import { describeError } from './http/refusal.ts';
import type { GraphRequest } from './http/request.ts';

type Row = readonly [status: number, code: string, message: string, expected: MailErrorCode, action?: string | undefined, names?: GraphRequest['names']];

/** FACTS.md E13, row by row, and what Exchange is known to say beside it. */
const ROWS: readonly Row[] = [
  [401, 'InvalidAuthenticationToken', 'Access token is empty.', 'auth.rejected', 'replace-credential'],
  [401, '', '', 'auth.rejected', 'replace-credential'],
  [403, 'ErrorAccessDenied', 'Access is denied. Check credentials and try again.', 'access.denied', 'grant-consent'],
  [403, 'Authorization_RequestDenied', 'Insufficient privileges to complete the operation.', 'access.denied', 'grant-consent'],
  [403, 'ErrorAccessDenied', 'Access to OData is disabled: [RAOP] : Blocked by tenant configured AppOnly AccessPolicy settings.', 'access.denied', 'grant-mailbox-access'],
  [403, 'ErrorSendAsDenied', 'The user account which was used to submit this request does not have the right to send mail …', 'sender.refused', 'grant-mailbox-access'],
  [404, 'ErrorItemNotFound', 'The specified object was not found in the store.', 'message.not-found'],
  [404, 'ErrorItemNotFound', 'Default folder Inbox not found.', 'folder.not-found', undefined, 'folder'],
  [404, 'ErrorInvalidUser', "The requested user 'x' is invalid.", 'mailbox.not-found', 'fix-config', 'folder'],
  [404, 'MailboxNotEnabledForRESTAPI', 'The mailbox is either inactive, soft-deleted, or is hosted on-premise.', 'mailbox.not-found', 'grant-mailbox-access'],
  [404, 'MailboxNotEnabledForRESTAPI', 'REST API is not yet supported for this mailbox.', 'mailbox.not-found', 'grant-mailbox-access'],
  [404, 'Request_ResourceNotFound', "Resource 'x' does not exist.", 'mailbox.not-found', 'fix-config'],
  [404, 'ResourceNotFound', 'Resource could not be discovered.', 'mailbox.not-found', 'fix-config'],
  [400, 'ErrorInvalidIdMalformed', 'Id is malformed.', 'message.not-found'],
  [400, 'ErrorInvalidRecipients', 'At least one recipient is not valid.', 'recipient.refused'],
  [400, 'ErrorMessageSizeExceeded', 'The message exceeds the maximum supported size.', 'message.too-large'],
  [413, 'requestEntityTooLarge', '', 'message.too-large'],
  [413, '', '', 'message.too-large'],
  [400, 'ErrorExceededMessageLimit', 'Cannot send mail. Daily Message/Recipient limit exceeded.', 'quota.exceeded', 'free-space'],
  [429, 'ErrorExceededMessageLimit', 'Cannot send mail.', 'quota.exceeded', 'free-space'],
  [429, 'ErrorSubmissionQuotaExceeded', 'The submission quota was exceeded.', 'quota.exceeded', 'free-space'],
  [410, 'syncStateNotFound', 'The sync state generation is not found.', 'cursor.expired'],
  [400, 'SyncStateNotFound', 'Badly formed token.', 'cursor.expired'],
  [404, 'resyncRequired', 'Resync required.', 'cursor.expired', undefined, 'folder'],
  [410, '', '', 'cursor.expired'],
  [429, 'TooManyRequests', 'Please retry again later.', 'throttled'],
  [429, 'ApplicationThrottled', 'Application is over its MailboxConcurrency limit.', 'throttled'],
  [429, 'activityLimitReached', '', 'throttled'],
  [503, 'ServiceUnavailable', 'The service is unavailable.', 'unavailable'],
  [504, 'GatewayTimeout', '', 'timeout'],
  [408, '', '', 'timeout'],
  [507, 'ErrorQuotaExceeded', 'The mailbox is full.', 'quota.exceeded', 'free-space'],
  [509, 'bandwidthLimitExceeded', '', 'throttled'],
  [400, 'ErrorMimeContentInvalidBase64String', 'Invalid base64 string for MIME content.', 'message.refused'],
  [400, 'InvalidInternetMessageHeader', "The internet message header name 'In-Reply-To' should start with 'x-' or 'X-'.", 'message.refused'],
  [418, 'Teapot', '', 'protocol.violation'],
];

describe('what Graph refuses', () => {
  for (const [status, code, message, expected, action, names] of ROWS) {
    it(`${status} ${code} "${message.slice(0, 40)}" is ${expected}${action === undefined ? '' : `, ${action}`}`, () => {
      const error = refusalToMailError({ status, ...describeError({ error: { code, message } }), requestId: 'abc' }, { host: 'graph.example', ...(names && { names }) });
      expect([error.code, error.remedy?.action]).toEqual([expected, action]);
      expect(error.message).not.toContain('{host}');
      expect(error.detail).toMatchObject({ protocol: 'http', requestId: 'abc' });
    });
  }

  it('goes by the deepest code that is known, however the inner error is spelled', () => {
    const body = { error: { code: 'BadRequest', message: 'Outer', innerError: { code: 'ErrorSendAsDenied', innererror: { code: 'SomethingNobodyKnows', date: '2026' } } } };
    expect(describeError(body).codes).toEqual(['BadRequest', 'ErrorSendAsDenied', 'SomethingNobodyKnows']);
    expect(refusalToMailError({ status: 403, ...describeError(body) }, { host: 'h' }).code).toBe('sender.refused');
  });

  it('reads a page of HTML, or nothing, by the status alone', () => {
    for (const body of [undefined, 'text', [], { error: 'text' }, { error: { code: 7 } }]) expect(refusalToMailError({ status: 503, ...describeError(body) }, { host: 'h' }).code).toBe('unavailable');
  });

  it('says that nobody knows the outcome where a request may have been carried out', () => {
    const refusal = { status: 504, ...describeError({}) };
    expect(refusalToMailError(refusal, { host: 'h', uncertain: true }).retry).toBe('unknown-outcome');
    expect(refusalToMailError(refusal, { host: 'h' }).retry).toBe(ERROR_CODES.timeout.retry);
  });

  it.each([400, 409, 412, 423])('never repeats a change after a %d nobody understands, and asks again after a while where it only reads', (status) => {
    const refusal = { status, ...describeError('<html>') };
    expect(refusalToMailError(refusal, { host: 'h' })).toMatchObject({ code: 'protocol.violation', retry: 'never' });
    expect(refusalToMailError(refusal, { host: 'h', reading: true })).toMatchObject({ code: 'protocol.violation', retry: 'safe', retryAfterMs: 900_000 });
    expect(refusalToMailError({ ...refusal, retryAfterMs: 5_000 }, { host: 'h', reading: true })).toMatchObject({ retry: 'safe', retryAfterMs: 5_000 });
  });

  it('shows no token that the server repeats', () => {
    const token = `${'eyJ0eXAiOiJKV1QiLCJub25jZSI6'.repeat(2)}.${'eyJhdWQiOiJodHRwczovL2dyYXBo'.repeat(2)}.${'c2lnbmF0dXJl'.repeat(3)}`;
    const error = refusalToMailError({ status: 401, codes: ['InvalidAuthenticationToken'], message: `CompactToken parsing failed: ${token}` }, { host: 'h' });
    expect(JSON.stringify(error)).not.toContain('eyJ');
  });
});

describe('what the network does', () => {
  const failed = (code: string) => new TypeError('fetch failed', { cause: Object.assign(new Error('cause'), { code }) });

  it.each([
    ['ENOTFOUND', 'unavailable'],
    ['ECONNREFUSED', 'unavailable'],
    ['UND_ERR_CONNECT_TIMEOUT', 'unavailable'],
    ['UND_ERR_HEADERS_TIMEOUT', 'timeout'],
    ['ECONNRESET', 'connection.lost'],
    ['UND_ERR_SOCKET', 'connection.lost'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'tls.failed'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls.failed'],
  ])('%s is %s', (code, expected) => expect(networkToMailError(failed(code), { host: 'h' }).code).toBe(expected));

  it('finds what happened among all addresses of a name', () => {
    const error = new TypeError('fetch failed', { cause: new AggregateError([Object.assign(new Error('a'), { code: 'ECONNREFUSED' })]) });
    expect(networkToMailError(error, { host: 'h' })).toMatchObject({ code: 'unavailable', remedy: { who: 'operator' } });
  });

  it('leaves no doubt about what cannot have left', () => {
    expect(networkToMailError(failed('ECONNREFUSED'), { host: 'h', uncertain: true }).retry).toBe('safe');
    expect(networkToMailError(failed('ECONNRESET'), { host: 'h', uncertain: true }).retry).toBe('unknown-outcome');
  });
});
