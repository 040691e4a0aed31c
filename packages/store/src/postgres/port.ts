import type { Pool, PoolClient } from 'pg';
import { PostgresDialect, type PostgresPool, type PostgresPoolClient, type PostgresQueryResult } from 'kysely';
import { storeClosed } from '../database/closed.ts';
import { explainFailure } from './errors.ts';

/** A pool of `pg` as kysely's dialect wants it, with every failure explained. */
export function postgresDialect(pool: Pool, place: string): PostgresDialect {
  const clients = new WeakMap<PoolClient, PostgresPoolClient>();
  const port: PostgresPool = {
    options: {},
    end: () => pool.end(),
    async connect() {
      if (pool.ending) throw storeClosed();
      try {
        const client = await pool.connect();
        const known = clients.get(client) ?? explained(client, place);
        clients.set(client, known);
        return known;
      } catch (error) {
        throw explainFailure(error, place, 'connecting');
      }
    },
  };
  return new PostgresDialect({ pool: port });
}

function explained(client: PoolClient, place: string): PostgresPoolClient {
  client.on('error', () => {}); // a connection that ends while a statement runs says so twice: whoever asked is told by the statement
  const query = async (text: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<unknown>> => {
    try {
      const { command, rowCount, rows } = await client.query<Record<string, unknown>>(text, [...parameters]);
      return { command: command as PostgresQueryResult<unknown>['command'], rowCount: rowCount ?? 0, rows };
    } catch (error) {
      throw explainFailure(error, place, 'asking');
    }
  };
  return { query: query as PostgresPoolClient['query'], release: (destroy) => client.release(destroy) };
}
