import type { Clock } from '@signalbox/core';

/** As long as MSAL heeds it at most (FACTS.md B5): what is longer is a mistake of something in between, or of a clock. */
const LONGEST_MS = 3_600_000;

/** Seconds, also with a fraction, or an HTTP date (RFC 9110 §10.2.3; FACTS.md E12). Absent when it says nothing. */
export function retryAfterMs(header: string | undefined, clock: Clock): number | undefined {
  const text = header?.trim() ?? '';
  if (/^\d+(?:\.\d+)?$/.test(text)) return Math.min(Math.ceil(Number(text) * 1_000), LONGEST_MS);
  const date = /[a-z]{3}/i.test(text) ? Date.parse(text) : Number.NaN; // `Date.parse` makes a date of nearly any number
  return Number.isNaN(date) ? undefined : Math.min(Math.max(0, date - clock.now().getTime()), LONGEST_MS);
}
