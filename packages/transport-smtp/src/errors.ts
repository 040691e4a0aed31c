import { isMailError, MailError, type ProtocolDetail } from '@signalbox/core';
import { type Failure, RULES } from './error-rules.ts';
import type { Progress } from './outgoing.ts';

/** What nodemailer puts on an error, where it does. */
interface WireError {
  readonly code?: unknown;
  readonly originalCode?: unknown;
  readonly response?: unknown;
  readonly command?: unknown;
}

/** One failure of nodemailer or of the socket below it, as the contract tells it. Pure; a `MailError` passes unchanged. */
export function toMailError(error: unknown, host: string): MailError {
  if (isMailError(error)) return error;
  const failure = failureOf(error);
  const rule = RULES.find(({ when }) => when(failure));
  const detail = detailOf(failure);
  const options = detail ? { detail } : { cause: withoutSecrets(error) };
  if (!rule) return new MailError('protocol.violation', `${host} answered in a way that makes no sense here.`, options);
  return new MailError(rule.code, rule.message.replace('{host}', host), { ...options, ...(rule.remedy && { remedy: rule.remedy }), ...(rule.affects && { affects: rule.affects }) });
}

/** The failure of a message. Once its end was handed over, only a refusal proves that it was not taken. */
export function explainSend(error: unknown, progress: Progress, host: string): MailError {
  if (isMailError(error)) return error;
  const { status = 0 } = failureOf(error);
  const refused = status >= 400 && status < 600 && wireOf(error).code === 'EMESSAGE';
  if (progress !== 'complete' || refused) return toMailError(error, host);
  return new MailError('delivery.unknown', `${host} has been given the whole message, and its answer did not come.`, { cause: withoutSecrets(error) });
}

const LOST: ReadonlySet<unknown> = new Set(['ECONNECTION', 'ESOCKET', 'ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ERR_STREAM_DESTROYED']);

/** The connection ended, also by a polite `421` (RFC 5321 §3.8). */
export const isLost = (error: unknown): boolean => {
  const { status } = failureOf(error);
  return status === undefined ? LOST.has(wireOf(error).code) : status === 421;
};

/** For replies that this package reads itself: in the shape of nodemailer's own errors. */
export const replyError = (response: string, command: string): Error => Object.assign(new Error('The server refused.'), { code: 'EREPLY', response, command });

/** Splits `550 5.1.1 No such user` into its parts (RFC 5321 §4.2, RFC 3463 §2); of several lines the texts are joined. */
export function parseReply(response: string): { readonly status?: number; readonly enhanced?: string; readonly text: string } {
  const lines = response.trim().split(/\r?\n/).map((line) => /^(\d{3})(?:[ -](\d\.\d{1,3}\.\d{1,3})(?=[ -]|$))?[ -]?(.*)$/.exec(line));
  const [first] = lines;
  if (!first) return { text: response.trim() };
  const [, status, enhanced] = first;
  const text = lines.map((line) => line?.[3]?.trim() ?? '').join(' ').trim();
  return { text, status: Number(status), ...(enhanced !== undefined && { enhanced }) };
}

export function detailOf({ status, enhanced, text }: Pick<Failure, 'status' | 'enhanced' | 'text'>): ProtocolDetail | undefined {
  if (status === undefined) return undefined;
  return { protocol: 'smtp', status: enhanced === undefined ? `${status}` : `${status} ${enhanced}`, ...(text !== '' && { text: withoutEchoes(text) }) };
}

function failureOf(error: unknown): Failure {
  const wire = wireOf(error);
  const reply = typeof wire.response === 'string' ? parseReply(wire.response) : { text: '' };
  return {
    ...reply,
    // nodemailer refuses some things itself, in its own words and without a reply
    text: reply.text === '' && error instanceof Error ? error.message : reply.text,
    command: typeof wire.command === 'string' ? wire.command : '',
    codes: [wire.originalCode, wire.code].filter((code) => typeof code === 'string'),
  };
}

const wireOf = (error: unknown): WireError => (typeof error === 'object' && error !== null ? error : {});

/** Some servers repeat the command they do not like, credentials and all. */
const withoutEchoes = (text: string): string => text.replaceAll(/[A-Za-z0-9+/_-]{24,}={0,2}/g, (run) => (run.length >= 40 || run.endsWith('=') ? '[hidden]' : run));

/** nodemailer's errors carry more than their message; a fresh one with message and code cannot begin to carry a secret. */
function withoutSecrets(error: unknown): unknown {
  if (!(error instanceof Error)) return undefined;
  const [code] = failureOf(error).codes;
  return Object.assign(new Error(error.message), code !== undefined && { code });
}
