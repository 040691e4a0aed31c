import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { type DatabaseConnection, CompiledQuery, SqliteAdapter, type SqliteDatabase, SqliteDialect, type SqliteDialectConfig, SqliteDriver, type SqliteStatement } from 'kysely';

/** The part of `node:sqlite` that is used. It is young: what it renames is renamed here. */
export type NodeDatabase = Pick<DatabaseSync, 'prepare' | 'close'>;

/** Turns a failure of the database into one that says what to do. */
export type Explain = (error: unknown) => unknown;

/** `node:sqlite` as kysely's dialect wants it. */
const toSqliteDatabase = (database: NodeDatabase, explain: Explain): SqliteDatabase => {
  const explained = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw explain(error);
    }
  };
  return {
    close: () => database.close(),
    prepare: (text): SqliteStatement => {
      const statement = explained(() => database.prepare(text));
      return {
        reader: statement.columns().length > 0,
        all: (parameters) => explained(() => statement.all(...(parameters as SQLInputValue[]))),
        run: (parameters) => explained(() => statement.run(...(parameters as SQLInputValue[]))),
        iterate: (parameters) => statement.iterate(...(parameters as SQLInputValue[])),
      };
    },
  };
};

/**
 * Takes the right to write when a transaction begins: one that reads first and writes later is refused by SQLite
 * at once, without waiting, when another process has written in between (https://sqlite.org/isolation.html).
 */
class ImmediateDriver extends SqliteDriver {
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
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

  constructor(config: SqliteDialectConfig) {
    super(config);
    this.#config = config;
  }

  override createDriver(): SqliteDriver {
    return new ImmediateDriver(this.#config);
  }

  override createAdapter(): SqliteAdapter {
    return new TransactionalAdapter();
  }
}

export const nodeSqliteDialect = (database: NodeDatabase, explain: Explain): SqliteDialect => new NodeSqliteDialect({ database: toSqliteDatabase(database, explain) });
