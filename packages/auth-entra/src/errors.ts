import { type Clock, isMailError, MailError, type MailErrorOptions, type ProtocolDetail } from '@signalbox/core';
import { BY_SUBERROR, type Meaning, meaningOf, meaningOfError, type Party, THROTTLED, TRANSIENT } from './aadsts.ts';
import type { Exchange, WireAnswer } from './http-exchange.ts';
import { retryAfterMs } from './retry-after.ts';

/** A refusal of Entra, with what of its words decides how to go on. Never leaves the package other than as its `error`. */
export interface Refusal {
  readonly error: MailError;
  readonly codes: readonly number[];
  readonly ofCredential: boolean;
  readonly endsSignIn: boolean;
  /** The claims that the next sign-in has to satisfy (FACTS.md A6, A10). */
  readonly claims?: string;
}

export interface Asked {
  readonly party: Party;
  readonly clock: Clock;
  /** Everything secret that the request carried: an answer may repeat it. */
  readonly secrets: readonly string[];
}

/** Whether it passes by itself, so that what was stored stays good. */
export const isTransient = ({ code }: MailError): boolean => code === 'unavailable' || code === 'throttled' || code === 'timeout' || code === 'connection.lost';

/** What MSAL threw, read from what really came over the wire, and from MSAL's own words where nothing did. */
export function refusalOf(exchange: Pick<Exchange, 'answer' | 'failure'>, thrown: unknown, asked: Asked): Refusal {
  if (exchange.failure !== undefined) return plain(networkError(exchange.failure));
  if (exchange.answer && !(exchange.answer.status === 200 && exchange.answer.isJson)) return refusalOfAnswer(exchange.answer, asked);
  if (isMailError(thrown)) return plain(thrown);
  return refusalOfMsal(thrown, asked);
}

const plain = (error: MailError): Refusal => ({ error, codes: [], ofCredential: false, endsSignIn: false });

export function refusalOfAnswer(answer: WireAnswer, asked: Asked): Refusal {
  const { status, headers, body } = answer;
  const codes = numbers(body['error_codes']);
  const error = errorWord(body['error']);
  const suberror = text(body['suberror']) ?? '';
  const wait = retryAfterMs(headers['retry-after'], asked.clock);
  const claims = text(body['claims']);
  const detail = detailOf(answer, codes, error, asked.secrets);
  const found = status === 429 ? (meaningOf(codes) ?? THROTTLED) : status >= 500 ? TRANSIENT : (meaningOf(codes) ?? BY_SUBERROR[suberror] ?? meaningOfError(error, codes));
  if (!found) return plain(strange(answer, detail));
  return {
    error: errorFor(found, asked.party, { detail, ...(wait !== undefined && { retryAfterMs: wait }) }),
    codes,
    ofCredential: found.ofCredential ?? false,
    endsSignIn: found.endsSignIn ?? false,
    ...(claims !== undefined && { claims }),
  };
}

/** MSAL's own refusals: what it holds back after a throttled answer tells its numbers as text (FACTS.md B5). */
function refusalOfMsal(thrown: unknown, { party, secrets }: Asked): Refusal {
  const { errorCode = '', errorNo } = thrown as { readonly errorCode?: string; readonly errorNo?: number };
  const numbersOfText = /^\d+(?:,\d+)*$/.test(errorCode) ? errorCode.split(',').map(Number) : [];
  const codes = errorNo === undefined ? numbersOfText : [errorNo];
  const found = meaningOf(codes) ?? meaningOfError(errorCode, codes) ?? MSAL_WORDS[errorCode];
  const said = thrown instanceof Error ? redact(thrown.message, secrets) : '';
  const detail: ProtocolDetail = { protocol: 'oauth', ...(errorCode !== '' && { status: errorCode }), ...(said !== '' && { text: said }) };
  if (!found) return plain(new MailError('protocol.violation', 'Microsoft Entra gave an answer that holds no token.', { detail }));
  return { error: errorFor(found, party, { detail }), codes, ofCredential: found.ofCredential ?? false, endsSignIn: found.endsSignIn ?? false };
}

const unreachable: Meaning = {
  code: 'config.invalid',
  message: 'The address of Entra for this tenant cannot be found out.',
  remedy: ({ tenant }) => ({ who: 'operator', action: 'fix-config', text: `Check "tenant" (${tenant}), "cloud" and "authority".` }),
};

/** MSAL tells every failure of discovery by the first word, without a cause (FACTS.md B4). */
const MSAL_WORDS: Readonly<Record<string, Meaning>> = {
  endpoints_resolution_error: unreachable,
  openid_config_error: unreachable,
  missing_tenant_id_error: unreachable,
  network_error: TRANSIENT,
};

export function errorFor(found: Meaning, party: Party, options: MailErrorOptions = {}): MailError {
  const remedy = found.remedy?.(party);
  const wait = options.retryAfterMs ?? found.retryAfterMs;
  const affects = found.ofCredential || found.code === 'config.invalid' || found.code === 'throttled' ? ('tenant' as const) : undefined;
  return new MailError(found.code, `${found.message} (${party.account ?? `application ${party.clientId}`}, tenant ${party.tenant})`, {
    ...options,
    ...(remedy && { remedy }),
    ...(wait !== undefined && { retryAfterMs: wait }),
    ...(affects && { affects }),
  });
}

const TLS_CODES = /^(?:CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|ERR_TLS_|HOSTNAME_MISMATCH|INVALID_CA|ERR_SSL_|EPROTO)/;

/** Throws an abort as it is: it is no failure of the network. */
export function networkError(failure: unknown): MailError {
  if (isMailError(failure)) return failure;
  const code = codeOf(failure);
  if (TLS_CODES.test(code)) {
    return new MailError('tls.failed', 'The connection to Microsoft Entra cannot be trusted.', {
      cause: failure,
      detail: { protocol: 'http', status: code },
      remedy: { who: 'operator', action: 'fix-config', text: 'Add the certificate authority of the proxy in between to "network.ca", or correct the address of "authority".' },
    });
  }
  return new MailError('unavailable', 'Microsoft Entra cannot be reached.', { cause: failure, ...(code !== '' && { detail: { protocol: 'http', status: code } }) });
}

/** undici hides the reason under `cause`, sometimes twice. */
function codeOf(failure: unknown): string {
  for (let error = failure, depth = 0; typeof error === 'object' && error !== null && depth < 4; error = (error as { cause?: unknown }).cause, depth += 1) {
    if ('code' in error && typeof error.code === 'string') return error.code;
  }
  return '';
}

/** Neither Entra's error object nor a token: a proxy's page, a captive portal. */
function strange({ status, isJson }: WireAnswer, detail: ProtocolDetail): MailError {
  const message = isJson ? 'Microsoft Entra refuses in words that are not known.' : 'Something else answers in the place of Microsoft Entra.';
  return new MailError('protocol.violation', message, {
    detail,
    ...(!isJson && { remedy: { who: 'operator', action: 'fix-config', text: `See what answers in the place of Microsoft Entra with status ${status}, such as a proxy that wants somebody to sign in.` } as const }),
  });
}

function detailOf({ body, headers }: WireAnswer, codes: readonly number[], error: string, secrets: readonly string[]): ProtocolDetail {
  const status = [error, ...codes.map((code) => `AADSTS${code}`)].filter(Boolean).join(' ');
  const said = text(body['error_description'])?.split(/\r?\n/)[0];
  const requestId = text(body['trace_id']) ?? headers['x-ms-request-id'];
  return { protocol: 'oauth', ...(status !== '' && { status }), ...(said !== undefined && { text: redact(said, secrets) }), ...(requestId !== undefined && { requestId }) };
}

/** The server's words are for people and logs: nothing that was sent as a secret is among them. */
export function redact(said: string, secrets: readonly string[]): string {
  let shown = said;
  for (const secret of secrets) {
    for (const form of secret.length > 3 ? [secret, encodeURIComponent(secret)] : []) shown = shown.replaceAll(form, '[secret]');
  }
  return shown.slice(0, 500);
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
const numbers = (value: unknown): readonly number[] => (Array.isArray(value) ? value.filter((entry) => typeof entry === 'number') : []);

/** The endpoints of managed identities say `{ error: { code } }` too. */
function errorWord(value: unknown): string {
  if (typeof value === 'object' && value !== null && 'code' in value) return text(value.code) ?? '';
  return text(value) ?? '';
}
