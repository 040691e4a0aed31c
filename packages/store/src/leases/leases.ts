import { type RawBuilder, sql } from 'kysely';
import type { Database } from '../database/database.ts';
import type { LeaseTable } from '../schema/mailboxes.ts';

export type Direction = LeaseTable['direction'];

/** Which work on which mailbox somebody holds, and since which acquisition. Whatever is stored on behalf of it names it. */
export interface Holding {
  readonly mailbox: string;
  readonly direction: Direction;
  readonly epoch: number;
}

/** A lease as the others see it. */
export interface LeaseState extends Holding {
  /** Absent: nobody's. */
  readonly owner?: string;
  /** Milliseconds since 1970 by the clock of the database, as is `at`. */
  readonly until: number;
  /** When it was looked at. */
  readonly at: number;
}

export interface AcquireOptions {
  /**
   * A lease that has shown no life for all of its length by the caller's monotonic clock: it is taken although the clock of
   * the database, which somebody may have set back, says that it lasts.
   */
  readonly stale?: LeaseState;
}

/** Who may work on a mailbox, one at a time in each direction, over all processes. One statement each. */
export interface Leases {
  /** How long a lease lasts unless it is kept, in milliseconds. */
  readonly durationMs: number;
  /**
   * Takes the lease where it is free, over or the caller's own; `undefined` where somebody else has it, and for a mailbox that is paused or not there.
   * Each acquisition has an epoch of its own, also the second one of the same owner: what it had begun before is fenced off.
   */
  acquire(mailbox: string, direction: Direction, owner: string, options?: AcquireOptions): Promise<Holding | undefined>;
  /** Makes it last its length from now. `false`: it is over, or somebody else's, or the mailbox was paused. */
  keep(holding: Holding): Promise<boolean>;
  /** The same for all that the owner has, in one statement. Answers those it still has. */
  keepAll(owner: string): Promise<readonly Holding[]>;
  /** Gives it back; nothing where it is lost already. */
  release(holding: Holding): Promise<void>;
  list(): Promise<readonly LeaseState[]>;
}

const DURATION_MS = 15_000;

export function createLeases({ db, now }: Pick<Database, 'db' | 'now'>, durationMs = DURATION_MS): Leases {
  const end: RawBuilder<number> = sql<number>`${now} + ${durationMs}`;
  const free = { owner: null, until: 0 } as const;
  return {
    durationMs,
    async acquire(mailbox, direction, owner, { stale } = {}) {
      const row = await db
        .insertInto('lease')
        .columns(['mailbox', 'direction', 'owner', 'epoch', 'until'])
        .expression((from) =>
          from
            .selectFrom('mailbox')
            .select([
              'id',
              sql<Direction>`cast(${direction} as text)`.as('direction'),
              sql<string>`cast(${owner} as text)`.as('owner'),
              sql<number>`1`.as('epoch'),
              end.as('until'),
            ])
            .where('id', '=', mailbox)
            .where('state', '=', 'active'),
        )
        .onConflict((conflict) =>
          conflict
            .columns(['mailbox', 'direction'])
            .doUpdateSet((row) => ({ owner, until: end, epoch: row('lease.epoch', '+', 1) }))
            .where((row) =>
              row.or([
                row('lease.owner', 'is', null),
                row('lease.owner', '=', owner),
                row('lease.until', '<=', now),
                ...(stale ? [row.and([row('lease.epoch', '=', stale.epoch), row('lease.until', '=', stale.until)])] : []),
              ]),
            ),
        )
        .returning('epoch')
        .executeTakeFirst();
      return row && { mailbox, direction, epoch: row.epoch };
    },
    async keep({ mailbox, direction, epoch }) {
      const { numUpdatedRows } = await db
        .updateTable('lease')
        .set({ until: end })
        .where('mailbox', '=', mailbox)
        .where('direction', '=', direction)
        .where('epoch', '=', epoch)
        .where('owner', 'is not', null)
        .where('until', '>', now)
        .where((row) => row.exists(row.selectFrom('mailbox').select('id').where('id', '=', mailbox).where('state', '=', 'active')))
        .executeTakeFirstOrThrow();
      return numUpdatedRows > 0n;
    },
    keepAll: (owner) =>
      db
        .updateTable('lease')
        .set({ until: end })
        .where('owner', '=', owner)
        .where('until', '>', now)
        .where((row) => row('mailbox', 'in', row.selectFrom('mailbox').select('id').where('state', '=', 'active')))
        .returning(['mailbox', 'direction', 'epoch'])
        .execute(),
    async release({ mailbox, direction, epoch }) {
      await db.updateTable('lease').set(free).where('mailbox', '=', mailbox).where('direction', '=', direction).where('epoch', '=', epoch).execute();
    },
    async list() {
      const rows = await db.selectFrom('lease').selectAll().select(now.as('at')).orderBy('mailbox').orderBy('direction').execute();
      return rows.map(({ owner, ...row }) => ({ ...row, ...(owner !== null && { owner }) }));
    },
  };
}
