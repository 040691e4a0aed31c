import { InteractionRequiredAuthError } from '@azure/msal-node';
import { describe, expect, it } from 'vitest';
import { networkError, redact, refusalOf, refusalOfAnswer } from './errors.ts';

const party = { tenant: 'contoso.com', clientId: 'app', consentUrl: 'https://login.example/adminconsent' };
const clock = { now: () => new Date('2026-11-24T12:00:00Z'), sleep: async () => {} };
const asked = { party, clock, secrets: ['s3cret value'] };
const silent = { answer: undefined, failure: undefined };
const answered = (status: number, body: Readonly<Record<string, unknown>>, isJson = true) => refusalOfAnswer({ status, headers: {}, body, isJson }, asked);

describe('a refusal', () => {
  it('that MSAL holds back by itself is what it was before: its number comes as text then (FACTS.md B5)', () => {
    const held = Object.assign(new Error('held'), { errorCode: '90055', errorNo: undefined });
    expect(refusalOf(silent, held, asked).error).toMatchObject({ code: 'throttled' });
    expect(refusalOf(silent, Object.assign(new Error('held'), { errorCode: '50033,90033' }), asked).error).toMatchObject({ code: 'unavailable' });
  });

  it('that only MSAL knows of is read from its words', () => {
    expect(refusalOf(silent, new InteractionRequiredAuthError('consent_required', '', 'consent', 'consent_required'), asked).error).toMatchObject({ code: 'auth.interaction-required', remedy: { action: 'grant-consent' } });
    expect(refusalOf(silent, Object.assign(new Error('x'), { errorCode: 'endpoints_resolution_error' }), asked).error).toMatchObject({ code: 'config.invalid' });
    expect(refusalOf(silent, new Error('odd'), asked).error).toMatchObject({ code: 'protocol.violation', retry: 'safe' });
  });

  it('without a known number is told by suberror, then by error', () => {
    expect(answered(400, { error: 'invalid_grant', error_codes: [999], suberror: 'message_only' }).error.code).toBe('access.denied');
    expect(answered(400, { error: 'invalid_grant', error_codes: [999], suberror: 'bad_token' })).toMatchObject({ error: { code: 'auth.interaction-required' }, endsSignIn: true });
    expect(answered(400, { error: 'invalid_grant' })).toMatchObject({ error: { code: 'auth.interaction-required' }, endsSignIn: true });
    expect(answered(401, { error: 'invalid_client' })).toMatchObject({ error: { code: 'auth.rejected' }, ofCredential: true });
    expect(answered(400, { error: 'temporarily_unavailable' }).error.code).toBe('unavailable');
    expect(answered(400, { error: 'never_heard_of' }).error.code).toBe('protocol.violation');
  });

  it('by `invalid_grant` with a number that is not known needs somebody, and ends no sign-in', () => {
    const refusal = answered(400, { error: 'invalid_grant', error_codes: [530099] });
    expect(refusal).toMatchObject({ error: { code: 'auth.interaction-required', remedy: { action: 'sign-in-again' } }, endsSignIn: false });
    const thrown = Object.assign(new Error('x'), { errorCode: 'invalid_grant', errorNo: 530099 });
    expect(refusalOf(silent, thrown, asked)).toMatchObject({ error: { code: 'auth.interaction-required' }, endsSignIn: false });
    expect(refusalOf(silent, Object.assign(new Error('x'), { errorCode: 'invalid_grant' }), asked)).toMatchObject({ endsSignIn: true });
  });

  it('with a status that passes by itself never counts as one that lasts', () => {
    for (const status of [500, 502, 503, 504]) expect(answered(status, { error: 'invalid_grant', error_codes: [50173], suberror: 'bad_token' })).toMatchObject({ error: { code: 'unavailable' }, endsSignIn: false });
    expect(answered(429, { error: 'invalid_grant' })).toMatchObject({ error: { code: 'throttled' }, endsSignIn: false });
  });

  it('by something in between is no refusal of Entra', () => {
    expect(answered(403, {}, false).error).toMatchObject({ code: 'protocol.violation', remedy: { who: 'operator' } });
    expect(answered(200, {}, false).error).toMatchObject({ code: 'protocol.violation' });
    expect(answered(502, {}, false).error).toMatchObject({ code: 'unavailable' });
  });

  it('does not repeat what was sent as a secret, encoded or not', () => {
    const { detail } = answered(400, { error: 'invalid_request', error_description: 'AADSTS1: bad s3cret value or s3cret%20value\r\nTrace ID: 1', trace_id: 't1' }).error;
    expect(detail).toEqual({ protocol: 'oauth', status: 'invalid_request', text: 'AADSTS1: bad [secret] or [secret]', requestId: 't1' });
    expect(redact('x'.repeat(900), [])).toHaveLength(500);
  });
});

describe('a failure of the network', () => {
  const failed = (code: string): Error => new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) });

  it('is one of trust or one of reach', () => {
    for (const code of ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'SELF_SIGNED_CERT_IN_CHAIN', 'ERR_TLS_CERT_ALTNAME_INVALID', 'CERT_HAS_EXPIRED']) expect(networkError(failed(code))).toMatchObject({ code: 'tls.failed', remedy: { who: 'operator' } });
    for (const code of ['ECONNREFUSED', 'ENOTFOUND', 'ECONNRESET']) expect(networkError(failed(code))).toMatchObject({ code: 'unavailable', detail: { status: code } });
    expect(networkError(new Error('odd'))).toMatchObject({ code: 'unavailable' });
  });
});
