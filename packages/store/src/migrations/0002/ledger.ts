import { type Kysely, sql } from 'kysely';
import { always } from './columns.ts';

export async function createLedgerTables(db: Kysely<unknown>): Promise<void> {
  await createCursors(db);
  await createDeliveries(db);
  await createSightings(db);
  await createEffects(db);
}

async function createCursors({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('cursor')
    .addColumn('mailbox', 'text', always)
    .addColumn('door', 'text', always)
    .addColumn('folder', 'text', always)
    .addColumn('cursor', 'text', always)
    .addColumn('swept_at', 'bigint', always)
    .addColumn('audited_at', 'bigint')
    .addColumn('state', 'text', always)
    .addColumn('updated_at', 'bigint', always)
    .addPrimaryKeyConstraint('cursor_pk', ['mailbox', 'door', 'folder'])
    .execute();
}

async function createDeliveries({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('delivery')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('mailbox', 'text', always)
    .addColumn('sequence', 'bigint', always)
    .addColumn('state', 'text', always)
    .addColumn('id_key', 'text')
    .addColumn('facts_key', 'text', always)
    .addColumn('arrived_at', 'bigint', always)
    .addColumn('sealed', 'text')
    .addColumn('key_id', 'text')
    .addColumn('same_message_as', 'text')
    .addColumn('own', 'text')
    .addColumn('receipt', 'text')
    .addColumn('attempts', 'bigint', always)
    .addColumn('due_at', 'bigint', always)
    .addColumn('claimed_until', 'bigint')
    .addColumn('created_at', 'bigint', always)
    .addColumn('closed_at', 'bigint')
    .addColumn('error', 'text')
    .addUniqueConstraint('delivery_sequence', ['mailbox', 'sequence'])
    .execute();
  await schema.createIndex('delivery_id_key').on('delivery').columns(['mailbox', 'id_key', 'arrived_at']).execute();
  await schema.createIndex('delivery_facts_key').on('delivery').columns(['mailbox', 'facts_key', 'arrived_at']).execute();
  // Closed rows are nearly all of them and are in no hurry. A query uses the index only where it says so with a literal: `state = 'open'`.
  await schema.createIndex('delivery_open').on('delivery').columns(['mailbox', 'sequence']).where(sql.ref('state'), '=', sql.lit('open')).execute();
  await schema
    .createTable('ref')
    .addColumn('mailbox', 'text', always)
    .addColumn('door', 'text', always)
    .addColumn('folder', 'text', always)
    .addColumn('key', 'text', always)
    .addColumn('delivery', 'text', always)
    .addColumn('gone_at', 'bigint')
    .addPrimaryKeyConstraint('ref_pk', ['mailbox', 'door', 'key', 'folder'])
    .execute();
  await schema.createIndex('ref_delivery').on('ref').column('delivery').execute();
}

async function createSightings({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('sighting')
    .addColumn('mailbox', 'text', always)
    .addColumn('door', 'text', always)
    .addColumn('folder', 'text', always)
    .addColumn('key', 'text', always)
    .addColumn('id_key', 'text')
    .addColumn('facts_key', 'text', always)
    .addColumn('arrived_at', 'bigint', always)
    .addColumn('seen_at', 'bigint', always)
    .addColumn('bound_to', 'text')
    .addPrimaryKeyConstraint('sighting_pk', ['mailbox', 'door', 'folder', 'key'])
    .execute();
  await schema
    .createTable('baseline')
    .addColumn('mailbox', 'text', always)
    .addColumn('door', 'text', always)
    .addColumn('folder', 'text', always)
    .addColumn('key', 'text', always)
    .addColumn('id_key', 'text')
    .addColumn('facts_key', 'text', always)
    .addColumn('arrived_at', 'bigint', always)
    .addPrimaryKeyConstraint('baseline_pk', ['mailbox', 'door', 'key', 'folder'])
    .execute();
  await schema.createIndex('baseline_id_key').on('baseline').columns(['mailbox', 'id_key', 'arrived_at']).execute();
  await schema.createIndex('baseline_facts_key').on('baseline').columns(['mailbox', 'facts_key', 'arrived_at']).execute();
  await schema
    .createTable('baseline_run')
    .addColumn('mailbox', 'text', always)
    .addColumn('door', 'text', always)
    .addColumn('folder', 'text', always)
    .addColumn('state', 'text', always)
    .addColumn('position', 'text')
    .addColumn('began_at', 'bigint', always)
    .addColumn('finished_at', 'bigint')
    .addPrimaryKeyConstraint('baseline_run_pk', ['mailbox', 'door', 'folder'])
    .execute();
}

async function createEffects({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('effect')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('mailbox', 'text', always)
    .addColumn('delivery', 'text', always)
    .addColumn('kind', 'text', always)
    .addColumn('sealed', 'text')
    .addColumn('key_id', 'text')
    .addColumn('state', 'text', always)
    .addColumn('due_at', 'bigint', always)
    .addColumn('claimed_until', 'bigint')
    .addColumn('claimed_epoch', 'bigint')
    .addColumn('attempts', 'bigint', always)
    .addColumn('deadline', 'bigint')
    .addColumn('error', 'text')
    .execute();
  await schema.createIndex('effect_due').on('effect').columns(['state', 'due_at']).execute();
  await schema.createIndex('effect_mailbox').on('effect').columns(['mailbox', 'delivery']).execute();
}
