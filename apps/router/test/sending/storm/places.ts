import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { SendingPlace } from '../sending-world.ts';

/** A store for several processes, of which the time is the test's to set. */
export interface StormPlace extends AsyncDisposable {
  readonly place: SendingPlace;
  /** How far the tenant's clock is from the machine's. */
  shift(ms: number): Promise<void>;
}

/** Goes by the clock of whoever asks, which is the tenant's in every process. */
export async function embeddedPlace(): Promise<StormPlace> {
  const directory = await mkdtemp(join(tmpdir(), 'signalbox-storm-'));
  return { place: { directory }, shift: async () => {}, [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }) };
}

/** A schema of its own, in which `statement_timestamp` is looked for before PostgreSQL's own. */
export async function postgresPlace(server: string): Promise<StormPlace> {
  const schema = `storm_${randomUUID().replaceAll('-', '')}`;
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  await client.query(`create schema ${schema}`);
  await client.query(`create table ${schema}.shift (ms bigint not null)`);
  await client.query(`insert into ${schema}.shift values (0)`);
  await client.query(
    `create function ${schema}.statement_timestamp() returns timestamptz language sql stable
     as $$ select pg_catalog.statement_timestamp() + (select ms from ${schema}.shift) * interval '1 millisecond' $$`,
  );
  return {
    place: { url: `${server}?options=${encodeURIComponent(`-c search_path=${schema},pg_catalog`)}`, keyText: Buffer.alloc(32, 'storm').toString('base64') },
    async shift(ms) {
      await client.query(`update ${schema}.shift set ms = $1`, [Math.round(ms)]);
    },
    async [Symbol.asyncDispose]() {
      await client.query(`drop schema ${schema} cascade`);
      await client.end();
    },
  };
}
