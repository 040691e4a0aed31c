import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Database } from '../database/database.ts';
import type { Schema } from '../schema/schema.ts';
import type { Keyring, SealedTable } from './keyring.ts';

/** Every table with sealed records, which lie in its columns `sealed` and `key_id`, and its primary key, under which they are sealed. */
const PRIMARY_KEYS = {
  token: ['name'],
  delivery: ['id'],
  effect: ['id'],
  outbox: ['id'],
  outbox_part: ['outbox', 'part'],
  revision: ['number'],
} as const satisfies Readonly<Record<SealedTable, readonly string[]>>;

const TABLES = Object.entries(PRIMARY_KEYS) as readonly (readonly [SealedTable, readonly string[]])[];

/** Records are sealed anew in transactions of so many, between which others get their turn. */
const PAGE = 200;

type SealedRow = Readonly<Record<string, unknown>> & { readonly key_id: string; readonly sealed: string };

/** Which of these keys have sealed something that is still there. It reads all tables. */
export async function keysInUse(db: Kysely<Schema>, among: readonly string[]): Promise<readonly string[]> {
  const used = await Promise.all(
    among.map(async (id) => {
      const anywhere = sql.join(TABLES.map(([table]) => sql`exists (select 1 from ${sql.table(table)} where key_id = ${id})`), sql` or `);
      const { rows } = await sql<{ readonly used: number }>`select case when ${anywhere} then 1 else 0 end as used`.execute(db);
      return rows[0]?.used === 1 ? [id] : [];
    }),
  );
  return used.flat();
}

export interface RotateOptions {
  /** Ends it between two transactions: what is sealed anew stays so, and the next rotation does the rest. */
  readonly signal?: AbortSignal;
  /** Called with how many there were so far. */
  readonly onSealed?: (count: number) => void;
}

/** Seals with the current key whatever another one sealed, and answers how much that was. Others may read and write meanwhile: what they change is theirs. */
export async function sealAnew(database: Database, keyring: Keyring, { signal, onSealed }: RotateOptions = {}): Promise<number> {
  let count = 0;
  for (const [table, keys] of TABLES) {
    let after: RawBuilder<unknown> | undefined;
    for (;;) {
      signal?.throwIfAborted();
      const page = await nextPage(database.db, { table, keys, after, currentId: keyring.currentId });
      const last = page.at(-1);
      if (!last) break;
      count += await database.transaction(async (transaction) => {
        let changed = 0;
        for (const row of page) changed += await sealRow(transaction, { table, keys, row }, keyring);
        return changed;
      });
      onSealed?.(count);
      after = valuesOf(keys, last);
    }
  }
  return count;
}

interface PageQuery {
  readonly table: SealedTable;
  readonly keys: readonly string[];
  readonly after: RawBuilder<unknown> | undefined;
  readonly currentId: string;
}

async function nextPage(db: Kysely<Schema>, { table, keys, after, currentId }: PageQuery): Promise<readonly SealedRow[]> {
  const columns = sql.join(keys.map((key) => sql.ref(key)));
  const { rows } = await sql<SealedRow>`
    select ${columns}, key_id, sealed from ${sql.table(table)}
    where key_id <> ${currentId} and sealed is not null ${after ? sql`and (${columns}) > (${after})` : sql``}
    order by ${columns} limit ${sql.lit(PAGE)}`.execute(db);
  return rows;
}

async function sealRow(db: Kysely<Schema>, { table, keys, row }: { readonly table: SealedTable; readonly keys: readonly string[]; readonly row: SealedRow }, keyring: Keyring): Promise<number> {
  const id = keys.map((key) => String(row[key])).join('/');
  const { keyId, sealed } = keyring.sealOctets(table, id, keyring.openOctets(table, id, { keyId: row.key_id, sealed: row.sealed }));
  const columns = sql.join(keys.map((key) => sql.ref(key)));
  const { numAffectedRows = 0n } = await sql`
    update ${sql.table(table)} set key_id = ${keyId}, sealed = ${sealed} where (${columns}) = (${valuesOf(keys, row)}) and sealed = ${row.sealed}`.execute(db);
  return Number(numAffectedRows);
}

const valuesOf = (keys: readonly string[], row: SealedRow): RawBuilder<unknown> => sql.join(keys.map((key) => sql.val(row[key])));
