import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { always } from './0002/columns.ts';

/** Mailboxes on their way from one flow to another. Of those that are not over, a mailbox has one at most. */
export const switches: Migration = {
  async up({ schema }: Kysely<unknown>) {
    await schema
      .createTable('switch')
      .addColumn('id', 'text', (column) => column.primaryKey().notNull())
      .addColumn('mailbox', 'text', always)
      .addColumn('state', 'text', always)
      .addColumn('plan', 'text', always)
      .addColumn('who', 'text', always)
      .addColumn('revision', 'bigint')
      .addColumn('soak_until', 'bigint')
      .addColumn('created_at', 'bigint', always)
      .addColumn('updated_at', 'bigint', always)
      .execute();
    await schema.createIndex('switch_mailbox').on('switch').columns(['mailbox', 'created_at']).execute();
    await schema.createIndex('switch_open').unique().on('switch').column('mailbox').where(sql.ref('state'), 'in', sql`(${sql.lit('planned')}, ${sql.lit('checked')}, ${sql.lit('soaking')})`).execute();
  },
};
