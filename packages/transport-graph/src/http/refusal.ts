/** What Graph said instead of doing what was asked (FACTS.md E13). */
export interface Refusal {
  readonly status: number;
  /** From the outermost to the innermost; the deepest one that is known counts. */
  readonly codes: readonly string[];
  readonly message: string;
  readonly requestId?: string;
  readonly retryAfterMs?: number;
}

/** `{ "error": { "code", "message", "innerError": { … } } }`; inner errors nest, and are spelled in two ways. */
export function describeError(body: unknown): Pick<Refusal, 'codes' | 'message'> {
  const error = member(body, 'error');
  const codes: string[] = [];
  for (let level = error, depth = 0; isRecord(level) && depth < 8; depth += 1) {
    const { code } = level;
    if (typeof code === 'string' && code !== '') codes.push(code);
    level = level['innerError'] ?? level['innererror'];
  }
  const message = member(error, 'message');
  return { codes, message: typeof message === 'string' ? message : '' };
}

/** Several challenges may stand in one header, or in several that `fetch` joins. */
export function claimsChallengeOf(headers: Headers): string | undefined {
  const header = headers.get('www-authenticate') ?? '';
  if (!/error="?insufficient_claims"?/i.test(header)) return undefined;
  return /claims="([^"]+)"/i.exec(header)?.[1];
}

/** Octets that are read of a refusal. */
export const LARGEST_ERROR = 64 * 1_024;

/** The answer's text as JSON; `undefined` for a page of HTML from some gateway, and for what was too long to be read: the status tells enough. */
export function parseErrorBody(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;
const member = (value: unknown, name: string): unknown => (isRecord(value) ? value[name] : undefined);
