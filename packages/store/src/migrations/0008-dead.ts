import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** What finds the deliveries that were given up, among all that are closed. */
export const dead: Migration = {
  async up({ schema }: Kysely<unknown>) {
    await schema.createIndex('delivery_dead').on('delivery').columns(['mailbox', 'sequence']).where(sql.ref('state'), '=', sql.lit('dead')).execute();
  },
};
