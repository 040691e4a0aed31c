import type { MailError, MailErrorCode } from '@signalbox/core';
import { backOffMs } from './retry-after.ts';

/** How one attempt failed. */
export interface Failure {
  readonly error: MailError;
  /** Absent where there was no answer. */
  readonly status?: number;
  /** A claims challenge, as it came (FACTS.md A11). */
  readonly claims?: string;
}

export interface Repeat {
  readonly waitMs: number;
  /** The server wants nothing of this mailbox until then. */
  readonly pause: boolean;
  /** Over another connection: behind the one that answered 503 is perhaps a machine that will do so again (FACTS.md F). */
  readonly fresh: boolean;
}

/** Requests that fail for other reasons than their number are repeated so often. */
const MOST_ATTEMPTS = 4;

const TRANSIENT: ReadonlySet<MailErrorCode> = new Set(['unavailable', 'timeout', 'connection.lost']);

/** Whether an attempt is followed by another, and when. `undefined`: its error is the caller's. */
export function planRepeat({ error, status }: Failure, attempt: number, idempotent: boolean): Repeat | undefined {
  const waitMs = error.retryAfterMs ?? backOffMs(attempt);
  // Refused before anything was done, so that even a sending may be repeated.
  if (error.code === 'throttled') return { waitMs, pause: true, fresh: false };
  if (!idempotent || !TRANSIENT.has(error.code) || attempt >= MOST_ATTEMPTS) return undefined;
  if (status !== undefined) return { waitMs, pause: error.retryAfterMs !== undefined, fresh: status === 503 };
  if (error.code === 'timeout') return undefined; // the caller has waited long enough
  return { waitMs: attempt === 1 ? 0 : backOffMs(attempt - 1), pause: false, fresh: false };
}
