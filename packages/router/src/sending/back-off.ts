import type { FailureClass } from './failure.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** The first pause and the longest, by class. */
const PAUSES: Readonly<Record<Exclude<FailureClass, 'refused' | 'person' | 'unknown'>, readonly [first: number, longest: number]>> = {
  retry: [5 * SECOND, 15 * MINUTE],
  throttle: [10 * SECOND, 5 * MINUTE],
  quota: [15 * MINUTE, 60 * MINUTE],
  waits: [MINUTE, 15 * MINUTE],
};

export type PostponedClass = keyof typeof PAUSES;

export interface BackOff {
  readonly failure: PostponedClass;
  /** How often it has been tried, this time included. */
  readonly attempt: number;
  /** What the server asked for. */
  readonly retryAfterMs?: number | undefined;
  /** Between 0 and 1. */
  readonly random: number;
}

/** Doubles from attempt to attempt, spread over a quarter so that what failed together does not come again together. What the server asks for is the least. */
export function pauseMs({ failure, attempt, retryAfterMs = 0, random }: BackOff): number {
  const [first, longest] = PAUSES[failure];
  const doubled = Math.min(longest, first * 2 ** Math.min(30, Math.max(0, attempt - 1)));
  return Math.max(retryAfterMs, Math.round(doubled * (1 + random / 4)));
}

/** Looks for a mail whose outcome is open: soon at first, as most copies come within seconds, then seldom. */
export const lookPauseMs = (look: number): number => Math.min(2 * MINUTE, 2 * SECOND * 2 ** Math.min(30, look));
