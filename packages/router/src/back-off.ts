import { isMailError } from '@signalbox/core';

/** How long to wait, in milliseconds: `first` doubles with every failure in a row, up to `longest`. */
export interface BackOff {
  readonly first: number;
  readonly longest: number;
}

const WAIT: BackOff = { first: 1_000, longest: 60_000 };
/** Somebody has to do something first, and a wrong password that is repeated quickly locks the account. */
const REMEDY_WAIT: BackOff = { first: 60_000, longest: 600_000 };

/** Doubles, with jitter so that a server that comes back is not stormed; a server that names its own time is obeyed. `failures`: in a row, before this one. */
export function waitAfter(error: unknown, failures: number): number {
  const { first, longest } = isMailError(error) && error.retry === 'after-remedy' ? REMEDY_WAIT : WAIT;
  const asked = isMailError(error) ? (error.retryAfterMs ?? 0) : 0;
  const backOff = Math.min(longest, first * 2 ** Math.min(failures, 30));
  return Math.max(asked, Math.round(backOff * (0.75 + Math.random() / 2)));
}
