import { isMailError, MailError } from '@signalbox/core';
import type { Kysely } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import type { Schema } from '../schema/schema.ts';
import { tokens } from './0001-tokens.ts';
import { router } from './0002-router.ts';

/** In the order of their names. A migration that has been released is never changed. */
const MIGRATIONS: Readonly<Record<string, Migration>> = { '0001-tokens': tokens, '0002-router': router };

/** Brings a database up to this release, in one transaction and once, however many processes open it. Throws `config.invalid` for one that a newer release made. */
export async function migrate(db: Kysely<Schema>, place: string, migrations: Readonly<Record<string, Migration>> = MIGRATIONS): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...migrations }) } });
  const { error } = await migrator.migrateToLatest();
  if (error === undefined) return;
  if (isMailError(error)) throw error;
  const applied = (await migrator.getMigrations().catch(() => [])).filter(({ executedAt }) => executedAt !== undefined).length;
  throw new MailError('config.invalid', `The database ${place} does not fit this release: ${error instanceof Error ? error.message : 'it cannot be migrated'}.`, {
    affects: 'endpoint',
    cause: error,
    remedy: {
      who: 'operator',
      action: 'upgrade-plugin',
      text: `Use the release of Signalbox that wrote the database or a newer one (this one knows ${Object.keys(migrations).length} steps, of which ${applied} are taken), or name another data directory.`,
    },
  });
}
