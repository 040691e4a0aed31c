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

/** How often a request has failed so far, this time included. */
export interface Tries {
  throttled: number;
  transient: number;
}

/** Whether an attempt is followed by another, and when. `undefined`: its error is the caller's. Counts the failure. */
export function planRepeat({ error, status }: Failure, tries: Tries, idempotent: boolean): Repeat | undefined {
  // Refused before anything was done, so that even a sending may be repeated, and as long as patience lasts.
  if (error.code === 'throttled') return { waitMs: error.retryAfterMs ?? backOffMs((tries.throttled += 1)), pause: true, fresh: false };
  if (!TRANSIENT.has(error.code)) return undefined;
  const failures = (tries.transient += 1);
  if (!idempotent || failures >= MOST_ATTEMPTS) return undefined;
  const waitMs = error.retryAfterMs ?? backOffMs(failures);
  if (status !== undefined) return { waitMs, pause: error.retryAfterMs !== undefined, fresh: status === 503 };
  if (error.code === 'timeout') return undefined; // the caller has waited long enough
  return { waitMs: failures === 1 ? 0 : backOffMs(failures - 1), pause: false, fresh: false };
}
