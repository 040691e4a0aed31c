import { isMailError, MailError, type MailErrorCode, type MailErrorOptions, type ProtocolDetail } from '@signalbox/core';
import { RULES, type Failure } from './error-rules.ts';

/** Everything imapflow, Node and the server have to say about one failure. */
export interface FailureSource {
  readonly error: unknown;
  /** What the server said when it closed the connection. */
  readonly bye?: string | undefined;
  readonly host: string;
}

/** Wire → `MailError`. Pure; a `MailError` passes unchanged. */
export function toMailError({ error, bye, host }: FailureSource): MailError {
  if (isMailError(error)) return error;
  const failure = describeFailure(error, bye);
  const rule = RULES.find(({ when }) => when(failure));
  const options: MailErrorOptions = { cause: withoutSecrets(error), ...detailOf(failure) };
  if (!rule) return new MailError('protocol.violation', `${host} answered in a way that is not understood.`, options);
  const retryAfterMs = rule.retryAfterMs?.(failure);
  return new MailError(rule.code, rule.message.replace('{host}', host), {
    ...options,
    ...(rule.remedy && { remedy: rule.remedy }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}

/** Whether the server, or the way to it, refused the credential itself: only then is it handed back. */
export const refusesCredential = (error: unknown): boolean => isMailError(error) && error.code === 'auth.rejected';

const LOST: ReadonlySet<MailErrorCode> = new Set(['connection.lost', 'timeout']);
/** Whether the same work may well succeed on a fresh connection. */
export const connectionIsGone = (error: unknown): boolean => isMailError(error) && LOST.has(error.code);

export function describeFailure(error: unknown, bye?: string): Failure {
  const fields = isRecord(error) ? error : {};
  const status = text(fields['responseStatus']);
  const words = text(fields['responseText']) ?? responseText(fields['response']);
  const code = text(fields['serverResponseCode']) ?? responseCode(fields['response']);
  const reason = text(fields['reason']) ?? bye;
  return {
    ...(status !== undefined && { status }),
    ...(code !== undefined && { code: code.toUpperCase() }),
    text: [words, reason].filter((part) => part !== undefined && part !== '').join(' '),
    library: text(fields['code']) ?? '',
    message: error instanceof Error ? error.message : String(error),
    authenticating: fields['authenticationFailed'] === true,
    tls: fields['tlsFailed'] === true,
    throttleMs: typeof fields['throttleReset'] === 'number' ? fields['throttleReset'] : undefined,
  };
}

function detailOf({ status, code, text: words, library, message }: Failure): { detail: ProtocolDetail } {
  const said = words === '' ? message : words;
  const tag = [status, code === undefined ? undefined : `[${code}]`].filter((part) => part !== undefined).join(' ') || library;
  return { detail: { protocol: 'imap', ...(tag !== '' && { status: tag }), text: said } };
}

/**
 * imapflow's errors carry the command as it was compiled for its log and the parsed answer. Neither holds a secret today;
 * a fresh error with the message and the code alone cannot begin to.
 */
function withoutSecrets(error: unknown): unknown {
  if (!(error instanceof Error)) return undefined;
  const { code } = error as { code?: unknown };
  return Object.assign(new Error(error.message), typeof code === 'string' && { code });
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** imapflow leaves either the text or the parsed answer here, depending on the command. */
function responseText(response: unknown): string | undefined {
  if (typeof response === 'string') return response.replace(/^\S+ (?:NO|BAD) /, '');
  const parts = isRecord(response) && Array.isArray(response['attributes']) ? (response['attributes'] as unknown[]) : [];
  const words = parts.filter(isRecord).map((part) => (part['type'] === 'TEXT' ? text(part['value']) : undefined));
  return words.find((word) => word !== undefined);
}

function responseCode(response: unknown): string | undefined {
  if (typeof response === 'string') return /^\S+ (?:NO|BAD) \[([A-Z-]+)/i.exec(response)?.[1];
  const first: unknown = isRecord(response) && Array.isArray(response['attributes']) ? response['attributes'][0] : undefined;
  const section: unknown = isRecord(first) && Array.isArray(first['section']) ? first['section'][0] : undefined;
  return isRecord(section) ? text(section['value']) : undefined;
}
