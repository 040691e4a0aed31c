import type { Database } from '../database/database.ts';
import { pending } from './pending.ts';
import type { OutboxState } from './states.ts';

/** Entries of a mailbox in one state. Where no states are asked for, those on which the router has still to work: `sent` is then one of which only the copy in Sent is missing. */
export interface OutboxCount {
  readonly mailbox: string;
  readonly state: OutboxState;
  readonly count: number;
}

export function createCounts({ db }: Pick<Database, 'db'>) {
  return async (states?: readonly OutboxState[]): Promise<readonly OutboxCount[]> =>
    db
      .selectFrom('outbox')
      .select(({ fn }) => ['mailbox', 'state', fn.countAll<number>().as('count')])
      .where((row) => (states ? row('state', 'in', states) : pending))
      .groupBy(['mailbox', 'state'])
      .execute();
}
