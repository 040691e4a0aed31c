import pg from 'pg';

/** A PostgreSQL whose clock goes by the tenant's, for what it is asked through this address. */
export interface ShiftedPostgres extends AsyncDisposable {
  /** For the router and everybody beside it. */
  readonly url: string;
  /** How far the tenant's clock is from the machine's. */
  shift(ms: number): Promise<void>;
}

/** What is looked for here first is not asked of the server itself: its own clock is nobody's to set. */
const SEARCH_PATH = '-c search_path=public,pg_catalog';

export async function shiftPostgres(server: string): Promise<ShiftedPostgres> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  await client.query('create table if not exists public.chaos_clock (shift_ms bigint not null)');
  await client.query('delete from public.chaos_clock');
  await client.query('insert into public.chaos_clock values (0)');
  await client.query(
    `create or replace function public.statement_timestamp() returns timestamptz language sql stable
     as $$ select pg_catalog.statement_timestamp() + (select shift_ms from public.chaos_clock) * interval '1 millisecond' $$`,
  );
  return {
    url: `${server}?options=${encodeURIComponent(SEARCH_PATH)}`,
    async shift(ms) {
      await client.query('update public.chaos_clock set shift_ms = $1', [Math.round(ms)]);
    },
    [Symbol.asyncDispose]: () => client.end(),
  };
}
