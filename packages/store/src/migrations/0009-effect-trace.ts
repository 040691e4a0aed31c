import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** An effect outlives the trace of its delivery, which goes when that is closed. */
export const effectTrace: Migration = {
  async up({ schema }: Kysely<unknown>) {
    await schema.alterTable('effect').addColumn('trace', 'text').execute();
  },
};
