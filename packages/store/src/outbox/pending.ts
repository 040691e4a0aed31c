import { sql } from 'kysely';

/** The rows that somebody still has to work on. Literals, or the index of them is not used. */
export const pending = sql<boolean>`(outbox.state in ('scheduled', 'queued', 'attempting', 'unknown') or outbox.copy = 'due')`;
/** Of them, those that a claim takes when they are due. Whoever attempts has taken it already. */
export const claimable = sql<boolean>`(outbox.state in ('scheduled', 'queued', 'unknown') or outbox.copy = 'due')`;
