import type { FaultOptions } from '../faults/catalogue.ts';

/** The header in every form Microsoft's services were seen to send: whole seconds, a fraction, a date by the tenant's clock, none at all (FACTS.md E12). */
export function retryAfter(form: FaultOptions<'http.refuse'>['retryAfter'], now: Date, seconds: number): string | undefined {
  switch (form) {
    case 'absent':
      return undefined;
    case 'integer':
      return String(seconds);
    case 'fractional':
      return (seconds + 0.128).toFixed(3);
    case 'date':
      return new Date(now.getTime() + seconds * 1_000).toUTCString();
    default:
      return String(form);
  }
}
