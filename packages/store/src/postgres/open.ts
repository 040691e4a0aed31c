import { type Logger, MailError, type Secret } from '@signalbox/core';
import { Kysely, sql, type Transaction } from 'kysely';
import { Pool, TypeOverrides } from 'pg';
import type { Database } from '../database/database.ts';
import type { Schema } from '../schema/schema.ts';
import { describeAddress } from './address.ts';
import { isClaimable } from './claimable.ts';
import { mayBeginAnew } from './errors.ts';
import { postgresDialect } from './port.ts';

const OLDEST = 15;
const CONNECTIONS = 10;
/** How often a transaction begins anew that stood in another's way. */
const ATTEMPTS = 5;

/** In milliseconds. A process that is frozen in a transaction must not keep a mailbox from the one that takes it over. */
const LIMITS = { connectionTimeoutMillis: 10_000, statement_timeout: 30_000, lock_timeout: 10_000, idle_in_transaction_session_timeout: 10_000 } as const;

const INT8 = 20;
/** Instants and counts are far from 2^53. */
const parsers = new TypeOverrides();
parsers.setTypeParser(INT8, Number);

export interface OpenPostgresOptions {
  readonly url: Secret;
  readonly log: Logger;
}

/** Connects, and looks whether the server will do. Throws what `errors.ts` says, and `config.invalid` for a server that is too old or set up for other text. */
export async function openPostgres({ url, log }: OpenPostgresOptions): Promise<Database & { readonly schema: string }> {
  const place = describeAddress(url);
  const pool = new Pool({
    connectionString: url.reveal(),
    max: CONNECTIONS,
    keepAlive: true,
    fallback_application_name: 'signalbox',
    types: parsers,
    ...LIMITS,
    // An answer to a write promises that it is on the disk, whatever the server's default.
    async onConnect(client) {
      await client.query(`select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'`);
    },
  });
  // A connection that ends while nobody uses it. The next call gets another one, or is told.
  pool.on('error', (error: Error & { readonly code?: unknown }) => log.log('warn', 'store.connection-ended', { code: typeof error.code === 'string' ? error.code : 'unknown' }));
  const db = new Kysely<Schema>({ dialect: postgresDialect(pool, place) });
  try {
    return { ...toDatabase(db, pool, place), schema: await checkServer(db, place, log) };
  } catch (error) {
    await pool.end();
    throw error;
  }
}

const now = sql<number>`cast(extract(epoch from statement_timestamp()) * 1000 as bigint)`;

function toDatabase(db: Kysely<Schema>, pool: Pool, place: string): Database {
  let closing: Promise<void> | undefined;
  return {
    db,
    place,
    now,
    rowId: sql.ref('ctid'),
    async transaction(work) {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await db.transaction().execute((transaction: Transaction<Schema>) => work(transaction));
        } catch (error) {
          if (attempt === ATTEMPTS || !mayBeginAnew(error)) throw error;
        }
      }
    },
    skipLocked: (query) => query.forUpdate().skipLocked(),
    isClaimable: (claimable) => isClaimable(now, claimable),
    takeLocked: (query) => query.forUpdate(),
    keepLocked: (query) => query.forShare(),
    close() {
      closing ??= pool.end();
      return closing;
    },
  };
}

/** Answers the schema that tables are made in. */
async function checkServer(db: Kysely<Schema>, place: string, log: Logger): Promise<string> {
  const { rows } = await sql<{ readonly version: number; readonly schema: string | null; readonly encoding: string; readonly fsync: string }>`
    select cast(current_setting('server_version_num') as integer) as version, current_schema() as schema,
      current_setting('server_encoding') as encoding, current_setting('fsync') as fsync`.execute(db);
  const { version = 0, schema = null, encoding = '', fsync = '' } = rows[0] ?? {};
  if (version < OLDEST * 10_000) throw unusable(`The server of the database ${place} is PostgreSQL ${Math.floor(version / 10_000)}.`, `Use PostgreSQL ${OLDEST} or newer.`);
  if (encoding !== 'UTF8') throw unusable(`The database ${place} is made for texts in ${encoding}.`, 'Make it anew with the encoding UTF8.');
  if (schema === null) throw unusable(`The database ${place} has no schema on the search path of this user.`, 'Make a schema for the user, or set its search_path to one that exists.');
  if (fsync === 'off') log.log('warn', 'store.fsync-off', { place });
  return schema;
}

const unusable = (message: string, text: string): MailError => new MailError('config.invalid', message, { affects: 'endpoint', remedy: { who: 'operator', action: 'fix-config', text } });
