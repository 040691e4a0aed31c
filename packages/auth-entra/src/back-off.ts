import { type Clock, MailError } from '@signalbox/core';
import { isTransient } from './errors.ts';

/** Keeps away from the token service after a refusal. The refusal is told again meanwhile, with the time that is left. */
export interface BackOff {
  /** Throws what was refused last, as long as its time is not over. */
  check(key: string): void;
  /** What stands in the way now, without throwing. */
  standing(key: string): MailError | undefined;
  all(): readonly (readonly [key: string, error: MailError])[];
  /** Answers the error to throw: it says when to come again. */
  note(key: string, error: MailError): MailError;
  clear(key: string): void;
  /** Failures that are remembered, standing or over. */
  readonly size: number;
}

/** As long as MSAL itself keeps away from a service that throttled it and did not say for how long (FACTS.md B5). */
const THROTTLED_MS = 60_000;
/** Also where it said to come back at once. */
const LEAST_MS = 1_000;
/** What only a person can change is not asked again by every mailbox at once. */
const REFUSED_MS = 15_000;

interface Hold {
  readonly until: number;
  readonly error: MailError;
  readonly times: number;
}

/** Whoever has not failed for so long begins anew. */
const FORGOTTEN_MS = 3_600_000;

export function createBackOff(clock: Clock): BackOff {
  const holds = new Map<string, Hold>();

  const standing = (key: string): MailError | undefined => {
    const hold = holds.get(key);
    const left = hold ? hold.until - clock.now().getTime() : 0;
    return hold && left > 0 ? again(hold.error, left) : undefined;
  };
  return {
    standing,
    all: () => [...holds.keys()].flatMap((key) => {
      const error = standing(key);
      return error ? [[key, error] as const] : [];
    }),
    check(key) {
      const error = standing(key);
      if (error) throw error;
    },
    note(key, error) {
      const now = clock.now().getTime();
      for (const [other, { until }] of holds) if (now - until > FORGOTTEN_MS) holds.delete(other);
      const times = (holds.get(key)?.times ?? 0) + 1;
      const wait = waitAfter(error, times);
      holds.set(key, { until: now + wait, error, times });
      return isTransient(error) ? again(error, wait) : error;
    },
    clear: (key) => void holds.delete(key),
    get size() {
      return holds.size;
    },
  };
}

function waitAfter(error: MailError, times: number): number {
  if (error.retryAfterMs !== undefined) return Math.max(LEAST_MS, error.retryAfterMs);
  if (error.code === 'throttled') return THROTTLED_MS;
  return isTransient(error) ? Math.min(THROTTLED_MS, 1_000 * 2 ** Math.min(times - 1, 6)) : REFUSED_MS;
}

function again(error: MailError, left: number): MailError {
  if (!isTransient(error)) return error;
  const { message, retry, affects, remedy, detail, cause } = error;
  return new MailError(error.code, message, { retry, affects, retryAfterMs: Math.ceil(left), ...(remedy && { remedy }), ...(detail && { detail }), ...(cause !== undefined && { cause }) });
}
