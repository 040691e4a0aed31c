import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Tells mails apart that have no Message-ID and say the same in front. */
export const content: Migration = {
  async up({ schema }: Kysely<unknown>) {
    await schema.alterTable('delivery').addColumn('content_key', 'text').execute();
  },
};
