import type { Logger } from '@signalbox/core';
import { readKeyFile } from '../crypto/key-file.ts';
import { parseKeys, type StoreKeys } from '../crypto/store-key.ts';
import type { Database } from '../database/database.ts';
import { lookAtMigrations, migrate } from '../migrations/migrations.ts';
import type { ServerPlace } from '../store-options.ts';
import { openPostgres } from './open.ts';

/** No key is made: the next machine would make another. */
export const readServerKeys = async ({ key }: Pick<ServerPlace, 'key'>): Promise<StoreKeys> => ('text' in key ? parseKeys(key.text, 'The key of the store') : readKeyFile(key.file, 'missing'));

/** The database behind an address, as this release has it. Its operator backs it up, also before an upgrade. */
export async function openServer({ url, log }: Pick<ServerPlace, 'url'> & { readonly log: Logger }): Promise<Database> {
  const database = await openPostgres({ url, log });
  try {
    const { db, place, schema } = database;
    const { applied, pending } = await lookAtMigrations({ db, place, schema });
    if (applied.length > 0 && pending.length > 0) log.log('info', 'store.upgraded', { place, steps: pending });
    await migrate({ db, place, schema });
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}
