import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { CompiledQuery, type DatabaseConnection, type QueryResult, SqliteAdapter, type SqliteDatabase, SqliteDialect, type SqliteDialectConfig, SqliteDriver, type SqliteStatement } from 'kysely';
import { storeClosed } from '../database/closed.ts';
import { isBusy } from './errors.ts';

/** The part of `node:sqlite` that is used. It is young: what it renames is renamed here. */
export type NodeDatabase = Pick<DatabaseSync, 'prepare' | 'close' | 'isOpen' | 'isTransaction'>;

/** Turns a failure of the database into one that says what to do. */
export type Explain = (error: unknown) => unknown;

/** `node:sqlite` as kysely's dialect wants it. */
const toSqliteDatabase = (database: NodeDatabase, explain: Explain): SqliteDatabase => {
  const explained = <T>(work: () => T): T => {
    if (!database.isOpen) throw storeClosed();
    try {
      return work();
    } catch (error) {
      throw explain(error);
    }
  };
  const prepare = (text: string): SqliteStatement => {
    const statement = explained(() => database.prepare(text));
    return {
      reader: statement.columns().length > 0,
      all: (parameters) => explained(() => statement.all(...(parameters as SQLInputValue[]))),
      run: (parameters) => explained(() => statement.run(...(parameters as SQLInputValue[]))),
      // While it is gone through nobody else may have it.
      iterate: (parameters) => explained(() => database.prepare(text)).iterate(...(parameters as SQLInputValue[])),
    };
  };
  return { close: () => database.close(), prepare: keepLatest(prepare) };
};

/** So many prepared statements are kept: a router asks the same few questions again and again, and preparing one costs more than most answers. */
const KEPT = 200;

/** Those asked for latest, by their text. SQLite prepares one anew by itself when the schema has changed (https://sqlite.org/c3ref/prepare.html). */
function keepLatest(prepare: (text: string) => SqliteStatement): (text: string) => SqliteStatement {
  const kept = new Map<string, SqliteStatement>();
  return (text) => {
    const statement = kept.get(text) ?? prepare(text);
    kept.delete(text);
    kept.set(text, statement);
    if (kept.size > KEPT) kept.delete(kept.keys().next().value ?? '');
    return statement;
  };
}

/** How long a statement is tried again while somebody else writes, in milliseconds, and how long it rests in between. */
const PATIENCE_MS = 5000;
const REST_MS = 15;

/**
 * Waits for whoever writes without holding this process up: the one it waits for may be another store of this very process,
 * in the middle of a transaction. A statement that found the database busy has done nothing.
 */
const patient = (connection: DatabaseConnection): DatabaseConnection => ({
  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    const until = performance.now() + PATIENCE_MS;
    for (;;) {
      try {
        return await connection.executeQuery<Row>(query);
      } catch (error) {
        if (!isBusy(error) || performance.now() > until) throw error;
        await sleep(REST_MS * (0.5 + Math.random()));
      }
    }
  },
  streamQuery: (query, chunkSize) => connection.streamQuery(query, chunkSize),
});

class ImmediateDriver extends SqliteDriver {
  readonly #database: NodeDatabase;
  #connection: DatabaseConnection | undefined;

  constructor(config: SqliteDialectConfig, database: NodeDatabase) {
    super(config);
    this.#database = database;
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    this.#connection ??= patient(await super.acquireConnection());
    return this.#connection;
  }

  /**
   * Takes the right to write when a transaction begins: one that reads first and writes later is refused by SQLite
   * at once, without waiting, when another process has written in between (https://sqlite.org/isolation.html).
   */
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }

  /** A full disk has ended the transaction by itself (https://sqlite.org/lang_transaction.html §3): there is nothing to take back, and what went wrong must not be hidden by that. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#database.isOpen && this.#database.isTransaction) await super.rollbackTransaction(connection);
  }
}

/** SQLite does roll back what changes tables; said so, kysely migrates in one transaction, which here keeps other processes out. */
class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

class NodeSqliteDialect extends SqliteDialect {
  readonly #config: SqliteDialectConfig;
  readonly #database: NodeDatabase;

  constructor(config: SqliteDialectConfig, database: NodeDatabase) {
    super(config);
    this.#config = config;
    this.#database = database;
  }

  override createDriver(): SqliteDriver {
    return new ImmediateDriver(this.#config, this.#database);
  }

  override createAdapter(): SqliteAdapter {
    return new TransactionalAdapter();
  }
}

export const nodeSqliteDialect = (database: NodeDatabase, explain: Explain): SqliteDialect => new NodeSqliteDialect({ database: toSqliteDatabase(database, explain) }, database);
