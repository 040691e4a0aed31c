/** The forms of Retry-After that Microsoft's services use (FACTS.md E12). */
export type RetryAfterKind = number | 'integer' | 'fractional' | 'date' | 'absent';

const SECONDS = 10;

/** The header's text, to be spread: nothing for `absent`. Dates are by the tenant's clock. */
export function retryAfterOf(kind: RetryAfterKind, now: Date): { readonly retryAfter?: string } {
  if (kind === 'absent') return {};
  if (kind === 'date') return { retryAfter: new Date(now.getTime() + SECONDS * 1_000).toUTCString() };
  return { retryAfter: kind === 'integer' ? String(SECONDS) : kind === 'fractional' ? '2.128' : String(kind) };
}
