import { type Kysely, sql, type Transaction } from 'kysely';
import type { Schema } from '../schema/schema.ts';

type Work<T> = (transaction: Transaction<Schema>) => Promise<T>;

export interface GroupsOptions {
  readonly db: Kysely<Schema>;
  /** Whether a transaction is open: a full disk ends one by itself (https://sqlite.org/lang_transaction.html §3). */
  readonly isOpen: () => boolean;
}

interface Member {
  /** Runs its work within the group, behind a savepoint. Throws only where the whole transaction has ended. */
  join(transaction: Transaction<Schema>): Promise<void>;
  /** Tells what came of it: the group is on the disk. */
  tell(): void;
  /** Runs its work in a transaction of its own. */
  runAlone(): Promise<void>;
}

/**
 * Runs transactions, each all or nothing. Those that are asked for in the same turn of the event loop are committed together, since a flush of the
 * disk costs more than most of them do. Where such a group cannot be committed nothing of it has happened, and each is run alone.
 */
export function createGroups(options: GroupsOptions): <T>(work: Work<T>) => Promise<T> {
  const { db } = options;
  let waiting: Member[] = [];

  const runAll = async (): Promise<void> => {
    const members = waiting;
    waiting = [];
    if (members.length > 1 && (await isCommitted(db, members))) {
      for (const member of members) member.tell();
      return;
    }
    for (const member of members) await member.runAlone();
  };

  return (work) =>
    new Promise((resolve, reject) => {
      waiting.push(createMember(options, work, { resolve, reject }));
      if (waiting.length === 1) setImmediate(() => void runAll());
    });
}

async function isCommitted(db: Kysely<Schema>, members: readonly Member[]): Promise<boolean> {
  try {
    await db.transaction().execute(async (transaction) => {
      for (const member of members) await member.join(transaction);
    });
    return true;
  } catch {
    return false; // what was wrong is told to the one whose transaction it is wrong with
  }
}

function createMember<T>({ db, isOpen }: GroupsOptions, work: Work<T>, { resolve, reject }: Pick<PromiseWithResolvers<T>, 'resolve' | 'reject'>): Member {
  let tell = (): void => {};
  return {
    async join(transaction) {
      await sql`savepoint member`.execute(transaction);
      try {
        const value = await work(transaction);
        tell = () => resolve(value);
      } catch (error) {
        if (!isOpen()) throw error;
        await sql`rollback to member`.execute(transaction);
        tell = () => reject(error);
      }
      await sql`release member`.execute(transaction);
    },
    tell: () => tell(),
    runAlone: () => db.transaction().execute(work).then(resolve, reject),
  };
}
