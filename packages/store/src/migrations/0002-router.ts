import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { createDeploymentTables } from './0002/deployment.ts';
import { createLedgerTables } from './0002/ledger.ts';
import { createMailboxTables } from './0002/mailboxes.ts';
import { createOutboxTables } from './0002/outbox.ts';

/** Everything that a router must not lose beside its tokens. */
export const router: Migration = {
  async up(db: Kysely<unknown>) {
    await createSealingKeys(db);
    await createMailboxTables(db);
    await createLedgerTables(db);
    await createOutboxTables(db);
    await createDeploymentTables(db);
  },
};

/** The keys of the tokens that are there are the ones known so far. */
async function createSealingKeys(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('sealing_key')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('since', 'bigint', (column) => column.notNull())
    .execute();
  await sql`insert into sealing_key (id, since) select key_id, min(updated_at) from token where key_id is not null group by key_id`.execute(db);
}
