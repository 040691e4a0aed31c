import { type Kysely, sql } from 'kysely';
import { always } from './columns.ts';

/** As in `outbox/pending.ts` when this was released. */
const pending = sql<boolean>`state in ('scheduled', 'queued', 'attempting', 'unknown') or copy = 'due'`;

export async function createOutboxTables({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('outbox')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('mailbox', 'text', always)
    .addColumn('idempotency_key', 'text', always)
    .addColumn('request_digest', 'text', always)
    .addColumn('message_id', 'text', always)
    .addColumn('filed_as', 'text')
    .addColumn('state', 'text', always)
    .addColumn('sealed', 'text')
    .addColumn('key_id', 'text')
    .addColumn('size', 'bigint', always)
    .addColumn('due_at', 'bigint', always)
    .addColumn('claimed_until', 'bigint')
    .addColumn('claimed_epoch', 'bigint')
    .addColumn('attempt', 'bigint', always)
    .addColumn('looks', 'bigint', always)
    .addColumn('deadline', 'bigint')
    .addColumn('route', 'text')
    .addColumn('staged', 'text')
    .addColumn('last_error', 'text')
    .addColumn('sent_at', 'bigint')
    .addColumn('copy', 'text')
    .addColumn('bounced_at', 'bigint')
    .addColumn('created_at', 'bigint', always)
    .addColumn('updated_at', 'bigint', always)
    .addUniqueConstraint('outbox_idempotency_key', ['mailbox', 'idempotency_key'])
    .execute();
  // What is over is nearly all of it. A query uses the index only where it says so with literals, as `pending` of the outbox does.
  await schema.createIndex('outbox_pending').on('outbox').columns(['mailbox', 'due_at']).where(pending).execute();
  await schema.createIndex('outbox_updated').on('outbox').columns(['updated_at']).execute();
  // Own mail comes back into any mailbox, such as that of the default Bcc.
  await schema.createIndex('outbox_message_id').on('outbox').column('message_id').execute();
  await schema.createIndex('outbox_filed_as').on('outbox').column('filed_as').execute();
  await schema
    .createTable('outbox_part')
    .addColumn('outbox', 'text', always)
    .addColumn('part', 'bigint', always)
    .addColumn('sealed', 'text', always)
    .addColumn('key_id', 'text', always)
    .addColumn('at', 'bigint', always)
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
