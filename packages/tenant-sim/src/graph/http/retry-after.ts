import type { FaultOptions } from '../../faults/catalogue.ts';

type RetryAfter = FaultOptions<'http.refuse'>['retryAfter'];

/** Every form Graph was seen to send: whole seconds, a fraction, a date, none at all (FACTS.md E12). */
export function retryAfterHeader(form: RetryAfter, now: Date, seconds = 2): Readonly<Record<string, string>> {
  switch (form) {
    case 'absent':
      return {};
    case 'integer':
      return { 'Retry-After': String(Math.max(1, Math.ceil(seconds))) };
    case 'fractional':
      return { 'Retry-After': (seconds + 0.128).toFixed(3) };
    case 'date':
      return { 'Retry-After': new Date(now.getTime() + seconds * 1_000).toUTCString() };
    default:
      return { 'Retry-After': String(form) };
  }
}
