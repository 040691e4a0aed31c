import { isMailError, MailError } from '@signalbox/core';
import type { Kysely } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import type { Schema } from '../schema/schema.ts';
import { tokens } from './0001-tokens.ts';
import { router } from './0002-router.ts';
import { trace } from './0005-trace.ts';
import { retention } from './0006-retention.ts';
import { content } from './0007-content.ts';
import { dead } from './0008-dead.ts';
import { effectTrace } from './0009-effect-trace.ts';
import { switches } from './0010-switches.ts';

/** In the order of their names. A migration that has been released is never changed. */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-tokens': tokens,
  '0002-router': router,
  '0005-trace': trace,
  '0006-retention': retention,
  '0007-content': content,
  '0008-dead': dead,
  '0009-effect-trace': effectTrace,
  '0010-switches': switches,
};

/** Which steps a database has taken, and which this release would take. */
export interface Migrations {
  readonly applied: readonly string[];
  readonly pending: readonly string[];
}

export interface MigrateOptions {
  readonly db: Kysely<Schema>;
  /** For messages. */
  readonly place: string;
  /** On PostgreSQL, where the tables are: another schema of the same database may be another store. */
  readonly schema?: string;
  readonly migrations?: Readonly<Record<string, Migration>>;
}

const migratorOf = ({ db, schema, migrations = MIGRATIONS }: MigrateOptions): Migrator =>
  new Migrator({ db, provider: { getMigrations: async () => ({ ...migrations }) }, ...(schema !== undefined && { migrationTableSchema: schema }) });

/** Changes nothing. */
export async function lookAtMigrations(options: MigrateOptions): Promise<Migrations> {
  const steps = await migratorOf(options).getMigrations();
  const namesWhere = (applied: boolean): string[] => steps.filter(({ executedAt }) => (executedAt !== undefined) === applied).map(({ name }) => name);
  return { applied: namesWhere(true), pending: namesWhere(false) };
}

/** Brings a database up to this release, in one transaction and once, however many processes open it. Throws `config.invalid` for one that a newer release made. */
export async function migrate(options: MigrateOptions): Promise<void> {
  const { error } = await migratorOf(options).migrateToLatest();
  if (error === undefined) return;
  if (isMailError(error)) throw error;
  const { applied } = await lookAtMigrations(options).catch(() => ({ applied: [] }));
  throw new MailError('config.invalid', `The database ${options.place} does not fit this release: ${error instanceof Error ? error.message : 'it cannot be migrated'}.`, {
    affects: 'endpoint',
    cause: error,
    remedy: {
      who: 'operator',
      action: 'upgrade-plugin',
      text: `Use the release of Signalbox that wrote the database or a newer one (this one knows ${Object.keys(options.migrations ?? MIGRATIONS).length} steps, of which ${applied.length} are taken), or name another place for the data.`,
    },
  });
}
