import { type RawBuilder, sql } from 'kysely';
import type { Database } from '../database/database.ts';

export interface Aged {
  readonly database: Database;
  readonly ageMs: number;
  /** Awaited between transactions. */
  readonly pause: () => Promise<void>;
}

/** So many rows are dropped in a transaction, so that others get their turn. */
export const PORTION = 500;

/** The instant so long ago, or so far ahead, by the clock of the database. */
export const before = ({ now }: Pick<Database, 'now'>, ms: number): RawBuilder<number> => sql<number>`${now} - ${ms}`;
export const plus = ({ now }: Pick<Database, 'now'>, ms: number): RawBuilder<number> => sql<number>`${now} + ${ms}`;

/** Repeats what drops a portion until it finds less than that. Answers how many there were. */
export async function inPortions(pause: () => Promise<void>, drop: () => Promise<number>): Promise<number> {
  let count = 0;
  for (;;) {
    const dropped = await drop();
    count += dropped;
    if (dropped < PORTION) return count;
    await pause();
  }
}
