import { isMailError, MailError, type MailErrorCode, type ProtocolDetail, type Remedy } from '@signalbox/core';
import { ruleFor } from './error-rules.ts';
import type { Refusal } from './http/refusal.ts';
import type { GraphRequest } from './http/request.ts';
import { REMEDIES } from './remedies.ts';

/** Where it happened, and what may be said of it. */
export interface Circumstances {
  readonly host: string;
  readonly names?: GraphRequest['names'];
  /** Nothing is changed by it, so that it can be asked again for as long as somebody wants to know. */
  readonly reading?: boolean;
  /** The address is a secret: what the server says, or `fetch` of it, may repeat it. */
  readonly anonymous?: boolean;
  /** The request may have been carried out nevertheless. */
  readonly uncertain?: boolean;
}

/** What Graph answered → `MailError`. Pure. */
export function refusalToMailError(refusal: Refusal, { host, names, reading = false, anonymous = false, uncertain = false }: Circumstances): MailError {
  const rule = ruleFor(refusal, names);
  const options = {
    detail: detailOf(anonymous ? { ...refusal, message: '' } : refusal),
    ...(uncertain && { retry: 'unknown-outcome' as const }),
    ...(refusal.retryAfterMs !== undefined && { retryAfterMs: refusal.retryAfterMs }),
  };
  if (!rule) return new MailError('protocol.violation', `${host} answered in a way that is not understood.`, { ...options, ...repetitionOf(refusal, reading) });
  return new MailError(rule.code, rule.message.replace('{host}', host), { ...options, ...(rule.remedy && { remedy: rule.remedy }), ...(rule.affects && { affects: rule.affects }) });
}

/** What nobody understands may be a gateway's page, a lock, or an answer for that hour: a watch goes on, and asks seldom. */
const PUZZLED_MS = 15 * 60_000;

function repetitionOf({ status, retryAfterMs }: Refusal, reading: boolean): { readonly retry?: 'never'; readonly retryAfterMs?: number } {
  if (status >= 500) return {};
  return reading ? { retryAfterMs: retryAfterMs ?? PUZZLED_MS } : { retry: 'never' };
}

function detailOf({ status, codes, message, requestId }: Refusal): ProtocolDetail {
  return {
    protocol: 'http',
    status: [String(status), ...codes].join(' '),
    ...(message !== '' && { text: withoutTokens(message) }),
    ...(requestId !== undefined && { requestId }),
  };
}

/** "CompactToken parsing failed" and its like have been seen to repeat what they could not read. */
const withoutTokens = (text: string): string => text.replaceAll(/[\w-]{16,}\.[\w-]{16,}(?:\.[\w-]+)*/g, '[hidden]');

interface NetworkRule {
  readonly codes: RegExp;
  readonly code: MailErrorCode;
  readonly message: string;
  readonly remedy?: Remedy;
  /** Not an octet of the request can have been read. */
  readonly unsent?: boolean;
}

/** Codes of Node and of undici, wherever in the chain of causes they stand. */
const NETWORK: readonly NetworkRule[] = [
  { codes: /^(?:CERT_|ERR_TLS_|ERR_SSL_|EPROTO$|SELF_SIGNED_CERT|DEPTH_ZERO_|UNABLE_TO_)/, code: 'tls.failed', message: 'The certificate of {host} is not trusted, or TLS did not start.', remedy: REMEDIES.trustCertificate, unsent: true },
  { codes: /^(?:ENOTFOUND|EAI_AGAIN|EAI_FAIL)$/, code: 'unavailable', message: 'The name {host} cannot be resolved.', remedy: REMEDIES.checkNetwork, unsent: true },
  { codes: /^(?:ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|EADDRNOTAVAIL|UND_ERR_CONNECT_TIMEOUT)$/, code: 'unavailable', message: '{host} takes no connection.', remedy: REMEDIES.checkNetwork, unsent: true },
  { codes: /^(?:ETIMEDOUT|UND_ERR_HEADERS_TIMEOUT|UND_ERR_BODY_TIMEOUT)$/, code: 'timeout', message: '{host} did not answer in time.' },
];

/** What `fetch`, or reading its body, threw → `MailError`. Pure; a `MailError` passes unchanged. */
export function networkToMailError(error: unknown, { host, anonymous = false, uncertain = false }: Circumstances): MailError {
  if (isMailError(error)) return error;
  const codes = codesOf(error);
  const rule = NETWORK.find((rule) => codes.some((code) => rule.codes.test(code)));
  const retry = uncertain && !rule?.unsent ? { retry: 'unknown-outcome' as const } : {};
  const cause = Object.assign(new Error(error instanceof Error && !anonymous ? error.message : 'fetch failed'), codes[0] !== undefined && { code: codes[0] });
  if (!rule) return new MailError('connection.lost', `The connection to ${host} was lost.`, { cause, ...retry });
  return new MailError(rule.code, rule.message.replace('{host}', host), { cause, ...retry, ...(rule.remedy && { remedy: rule.remedy }) });
}

/** undici wraps what happened in a TypeError "fetch failed", or in an AggregateError of all addresses of a name. */
function codesOf(error: unknown, depth = 0): string[] {
  if (typeof error !== 'object' || error === null || depth > 4) return [];
  const { code, cause, errors } = error as { code?: unknown; cause?: unknown; errors?: unknown };
  const inner = Array.isArray(errors) ? errors.flatMap((one) => codesOf(one, depth + 1)) : [];
  return [...(typeof code === 'string' ? [code] : []), ...codesOf(cause, depth + 1), ...inner];
}
