import type { Kysely } from 'kysely';
import { always } from './columns.ts';

export async function createOutboxTables({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('outbox')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('mailbox', 'text', always)
    .addColumn('idempotency_key', 'text', always)
    .addColumn('request_digest', 'text', always)
    .addColumn('message_id', 'text', always)
    .addColumn('state', 'text', always)
    .addColumn('sealed', 'text')
    .addColumn('key_id', 'text')
    .addColumn('size', 'bigint', always)
    .addColumn('due_at', 'bigint', always)
    .addColumn('claimed_until', 'bigint')
    .addColumn('claimed_epoch', 'bigint')
    .addColumn('attempt', 'bigint', always)
    .addColumn('deadline', 'bigint')
    .addColumn('route', 'text')
    .addColumn('staged', 'text')
    .addColumn('last_error', 'text')
    .addColumn('sent_at', 'bigint')
    .addColumn('bounced', 'text')
    .addColumn('created_at', 'bigint', always)
    .addColumn('updated_at', 'bigint', always)
    .addUniqueConstraint('outbox_idempotency_key', ['mailbox', 'idempotency_key'])
    .execute();
  await schema.createIndex('outbox_due').on('outbox').columns(['state', 'due_at']).execute();
  await schema.createIndex('outbox_message_id').on('outbox').columns(['mailbox', 'message_id']).execute();
  await schema
    .createTable('outbox_part')
    .addColumn('outbox', 'text', always)
    .addColumn('part', 'bigint', always)
    .addColumn('sealed', 'text', always)
    .addColumn('key_id', 'text', always)
    .addPrimaryKeyConstraint('outbox_part_pk', ['outbox', 'part'])
    .execute();
  await schema
    .createTable('outbox_event')
    .addColumn('outbox', 'text', always)
    .addColumn('number', 'bigint', always)
    .addColumn('at', 'bigint', always)
    .addColumn('what', 'text', always)
    .addColumn('detail', 'text')
    .addPrimaryKeyConstraint('outbox_event_pk', ['outbox', 'number'])
    .execute();
}
