import type { Database } from '../database/database.ts';
import { pending } from './pending.ts';
import type { OutboxState } from './states.ts';

/** Entries of a mailbox on which the router has still to work. `sent`: only the copy in Sent is missing. */
export interface OutboxCount {
  readonly mailbox: string;
  readonly state: OutboxState;
  readonly count: number;
}

export function createCounts({ db }: Pick<Database, 'db'>) {
  return async (): Promise<readonly OutboxCount[]> =>
    db
      .selectFrom('outbox')
      .select(({ fn }) => ['mailbox', 'state', fn.countAll<number>().as('count')])
      .where(pending)
      .groupBy(['mailbox', 'state'])
      .execute();
}
