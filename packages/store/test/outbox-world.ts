import { sql } from 'kysely';
import type { Database } from '../src/database/database.ts';
import type { Leases } from '../src/leases/leases.ts';
import type { Outbox } from '../src/outbox/outbox.ts';
import type { Backend } from './backends.ts';

export interface OutboxWorld extends AsyncDisposable {
  readonly database: Database;
  readonly outbox: Outbox;
  readonly leases: Leases;
  addMailbox(id: string): Promise<void>;
  count(table: 'outbox' | 'outbox_part' | 'outbox_event'): Promise<number>;
  /** Lets time pass for everything that is stored: both backends go by clocks that no test can turn. */
  age(ms: number): Promise<void>;
}

export async function openOutboxWorld(backend: Backend): Promise<OutboxWorld> {
  const place = await backend.makePlace();
  const { outbox, leases } = await place.open();
  const database = await place.openDatabase();
  const { db } = database;
  return {
    database,
    outbox,
    leases,
    async addMailbox(id) {
      await db.insertInto('mailbox').values({ id, address: `${id}@example.com`, state: 'active', next_sequence: 1, created_at: database.now, updated_at: database.now }).execute();
    },
    async count(table) {
      const row = await db.selectFrom(table).select(sql<number>`count(*)`.as('count')).executeTakeFirstOrThrow();
      return row.count;
    },
    async age(ms) {
      const [earlier, at, until] = ['due_at claimed_until deadline created_at updated_at', 'at', 'until'].map((columns) => sql.join(columns.split(' ').map((column) => sql`${sql.ref(column)} = ${sql.ref(column)} - ${sql.lit(ms)}`)));
      await sql`update outbox set ${earlier}`.execute(db);
      await sql`update outbox_part set ${at}`.execute(db);
      await sql`update lease set ${until}`.execute(db);
    },
    [Symbol.asyncDispose]: () => place[Symbol.asyncDispose](),
  };
}
