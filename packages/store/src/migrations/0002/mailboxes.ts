import type { Kysely } from 'kysely';
import { always } from './columns.ts';

export async function createMailboxTables({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('mailbox')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('address', 'text', always)
    .addColumn('state', 'text', always)
    .addColumn('next_sequence', 'bigint', always)
    .addColumn('created_at', 'bigint', always)
    .addColumn('updated_at', 'bigint', always)
    .execute();
  await schema
    .createTable('lease')
    .addColumn('mailbox', 'text', always)
    .addColumn('direction', 'text', always)
    .addColumn('owner', 'text')
    .addColumn('epoch', 'bigint', always)
    .addColumn('until', 'bigint', always)
    .addPrimaryKeyConstraint('lease_pk', ['mailbox', 'direction'])
    .execute();
  await schema
    .createTable('health')
    .addColumn('mailbox', 'text', always)
    .addColumn('direction', 'text', always)
    .addColumn('state', 'text', always)
    .addColumn('complete_up_to', 'bigint')
    .addColumn('retry_at', 'bigint')
    .addColumn('error', 'text')
    .addColumn('at', 'bigint', always)
    .addPrimaryKeyConstraint('health_pk', ['mailbox', 'direction'])
    .execute();
}
