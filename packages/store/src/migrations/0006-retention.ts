import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** What is done now and then by whichever process comes first, and what finds the rows that have had their time. */
export const retention: Migration = {
  async up({ schema }: Kysely<unknown>) {
    await schema
      .createTable('duty')
      .addColumn('name', 'text', (column) => column.primaryKey().notNull())
      .addColumn('due_at', 'bigint', (column) => column.notNull())
      .execute();
    await schema.createIndex('ref_gone').on('ref').columns(['gone_at', 'delivery']).where(sql.ref('gone_at'), 'is not', null).execute();
    await schema.createIndex('sighting_seen').on('sighting').column('seen_at').execute();
  },
};
