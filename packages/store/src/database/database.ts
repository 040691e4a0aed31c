import type { Kysely, RawBuilder, SelectQueryBuilder, Transaction } from 'kysely';
import type { Claimable } from '../deliveries/claimable.ts';
import type { Schema } from '../schema/schema.ts';

/** A database, and what its dialect says in words of its own. Repositories are written once over this. */
export interface Database {
  /** Every failure of it is explained already, where it can be. */
  readonly db: Kysely<Schema>;
  /**
   * Milliseconds since 1970 by the clock that all processes on this database share. It stands still within a statement,
   * so that an index can be used with it; a statement that waits for a lock goes by the time at which it began to wait.
   */
  readonly now: RawBuilder<number>;
  /** Tells the rows of any table apart, for as long as nobody changes them. */
  readonly rowId: RawBuilder<unknown>;
  /** For messages: says where it is, and nothing secret. */
  readonly place: string;
  /**
   * Runs all of it or nothing. Whatever is asked through `db` meanwhile waits on the embedded database, so `work` waits for nothing but the
   * database, and uses the transaction it is given. It may run more than once: where two transactions stand in each other's way, one begins anew.
   */
  transaction<T>(work: (transaction: Transaction<Schema>) => Promise<T>): Promise<T>;
  /** Locks the rows that a claim takes, and passes over those that another process is taking; the embedded database has one writer at a time anyway. */
  skipLocked<Tables, Table extends keyof Tables, Row>(query: SelectQueryBuilder<Tables, Table, Row>): SelectQueryBuilder<Tables, Table, Row>;
  /** Whether a row of `delivery` is one that a claim takes; locks those, and passes over what another process is taking. */
  isClaimable(claimable: Claimable): RawBuilder<boolean>;
  /** Takes the rows for a change that follows in the transaction: two that read first and change then would each wait for the other. */
  takeLocked<Tables, Table extends keyof Tables, Row>(query: SelectQueryBuilder<Tables, Table, Row>): SelectQueryBuilder<Tables, Table, Row>;
  /** Keeps the rows from being changed until the transaction ends, and sees them as they are after whoever changed them last. */
  keepLocked<Tables, Table extends keyof Tables, Row>(query: SelectQueryBuilder<Tables, Table, Row>): SelectQueryBuilder<Tables, Table, Row>;
  /** From now on every call fails with `transport.closed`. */
  close(): Promise<void>;
}
