import type { Clock } from '@signalbox/core';

/** Seconds, also with a fraction, or an HTTP date (RFC 9110 §10.2.3; FACTS.md E12). Absent when it says nothing. */
export function retryAfterMs(header: string | undefined, clock: Clock): number | undefined {
  const text = header?.trim() ?? '';
  if (/^\d+(?:\.\d+)?$/.test(text)) return Math.ceil(Number(text) * 1_000);
  const date = text === '' ? Number.NaN : Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - clock.now().getTime());
}
