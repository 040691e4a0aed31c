import type { Kysely } from 'kysely';
import { always } from './columns.ts';

export async function createDeploymentTables({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('revision')
    .addColumn('number', 'bigint', (column) => column.primaryKey().notNull())
    .addColumn('digest', 'text', always)
    .addColumn('sealed', 'text', always)
    .addColumn('key_id', 'text', always)
    .addColumn('summary', 'text', always)
    .addColumn('who', 'text', always)
    .addColumn('applied_at', 'bigint', always)
    .execute();
  await schema
    .createTable('journal')
    .addColumn('mailbox', 'text', always)
    .addColumn('switch', 'text', always)
    .addColumn('step', 'bigint', always)
    .addColumn('at', 'bigint', always)
    .addColumn('what', 'text', always)
    .addColumn('detail', 'text')
    .addPrimaryKeyConstraint('journal_pk', ['mailbox', 'switch', 'step'])
    .execute();
  await schema
    .createTable('audit')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('at', 'bigint', always)
    .addColumn('who', 'text', always)
    .addColumn('what', 'text', always)
    .addColumn('subject', 'text', always)
    .addColumn('detail', 'text')
    .execute();
  await schema.createIndex('audit_at').on('audit').columns(['at', 'id']).execute();
}
