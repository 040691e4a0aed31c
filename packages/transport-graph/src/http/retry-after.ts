/** A pause holds for the whole mailbox: one answer, mistaken or from a clock that is wrong, must not end its day. Who still wants less after an hour says so again. */
const LONGEST_MS = 3_600_000;

/**
 * Milliseconds of a Retry-After header: seconds (also a fraction, FACTS.md E12) or an HTTP date, which counts from the server's own
 * `Date`, since clocks differ. Absent where the header is, or cannot be read.
 */
export function retryAfterOf(headers: Headers, now: Date): number | undefined {
  const value = headers.get('retry-after')?.trim();
  if (!value) return undefined;
  if (/^\d+(?:\.\d+)?$/.test(value)) return Math.min(Math.ceil(Number(value) * 1_000), LONGEST_MS);
  const until = /[a-z]{3}/i.test(value) ? Date.parse(value) : Number.NaN; // not what `Date.parse` makes of any number
  if (Number.isNaN(until)) return undefined;
  const from = Date.parse(headers.get('date') ?? '');
  return Math.min(Math.max(0, until - (Number.isNaN(from) ? now.getTime() : from)), LONGEST_MS);
}

const FIRST_MS = 1_000;
const LARGEST_MS = 60_000;

/** Where the server does not say: doubles with each attempt, up to half more so that clients do not come back all at once. */
export const backOffMs = (attempt: number, random: () => number = Math.random): number =>
  Math.round(Math.min(FIRST_MS * 2 ** (attempt - 1), LARGEST_MS) * (1 + random() / 2));
