import { DatabaseSync } from 'node:sqlite';
import { MailError } from '@signalbox/core';
import { Kysely, sql } from 'kysely';
import type { Database } from '../database/database.ts';
import type { Schema } from '../schema/schema.ts';
import { isClaimable } from './claimable.ts';
import { explainFailure } from './errors.ts';
import { createGroups } from './groups.ts';
import { nodeSqliteDialect } from './port.ts';

/** How long the opening waits for another process, in milliseconds; it blocks this one meanwhile. */
const OPENING_MS = 5000;
/** How long a statement does. Most writers hold the lock for a flush of the disk; for others the dialect waits without blocking. */
const BLOCKING_MS = 10;

/**
 * Opens the file, which exists. A write that was answered survives the loss of power: write-ahead log, flushed with every commit.
 * `now` takes the place of the machine's clock, in milliseconds since 1970: for tests.
 */
export function openSqlite(file: string, now?: () => number): Database {
  const explain = (error: unknown): unknown => explainFailure(error, file);
  try {
    const database = new DatabaseSync(file, { timeout: OPENING_MS });
    try {
      configure(database, file);
    } catch (error) {
      database.close();
      throw error;
    }
    if (now) database.function('host_now', () => now());
    return toDatabase(database, { place: file, explain, now: now ? sql`cast(host_now() as integer)` : sql`cast(unixepoch('subsec') * 1000 as integer)` });
  } catch (error) {
    throw explain(error);
  }
}

interface Told extends Pick<Database, 'place' | 'now'> {
  readonly explain: (error: unknown) => unknown;
}

function toDatabase(database: DatabaseSync, { place, now, explain }: Told): Database {
  const db = new Kysely<Schema>({ dialect: nodeSqliteDialect(database, explain) });
  return {
    db,
    place,
    now,
    rowId: sql.ref('rowid'),
    transaction: createGroups({ db, isOpen: () => database.isOpen && database.isTransaction }),
    skipLocked: (query) => query,
    isClaimable: (claimable) => isClaimable(now, claimable),
    takeLocked: (query) => query,
    keepLocked: (query) => query,
    async close() {
      if (database.isOpen) database.close();
    },
  };
}

function configure(database: DatabaseSync, file: string): void {
  const { journal_mode: mode } = database.prepare('pragma journal_mode = wal').get() ?? {};
  if (mode !== 'wal') {
    throw new MailError('config.invalid', `The database ${file} cannot keep a write-ahead log where it is (SQLite answers "${String(mode)}").`, {
      affects: 'endpoint',
      remedy: { who: 'operator', action: 'fix-config', text: 'Put the data directory on a local disk: network file systems lack the shared memory that SQLite needs.' },
    });
  }
  database.exec('pragma synchronous = full; pragma foreign_keys = on; pragma secure_delete = on');
  database.exec(`pragma busy_timeout = ${BLOCKING_MS}`);
}
