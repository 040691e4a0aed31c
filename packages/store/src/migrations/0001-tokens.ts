import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const tokens: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('token')
      .addColumn('name', 'text', (column) => column.primaryKey().notNull())
      .addColumn('key_id', 'text')
      .addColumn('sealed', 'text')
      .addColumn('version', 'bigint', (column) => column.notNull())
      .addColumn('updated_at', 'bigint', (column) => column.notNull())
      .addColumn('lease_owner', 'text')
      .addColumn('lease_until', 'bigint')
      .execute();
  },
};
