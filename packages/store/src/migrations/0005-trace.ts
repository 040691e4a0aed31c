import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Where the trace of a message goes on that another process, or the next start, is to finish. Nothing where nobody traces. */
export const trace: Migration = {
  async up(db: Kysely<unknown>) {
    for (const table of ['delivery', 'outbox']) await db.schema.alterTable(table).addColumn('trace', 'text').execute();
  },
};
