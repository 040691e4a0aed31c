import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Logger } from '@signalbox/core';
import { readKeyFile } from '../crypto/key-file.ts';
import { parseKeys, type StoreKeys } from '../crypto/store-key.ts';
import type { Database } from '../database/database.ts';
import { lookAtMigrations, migrate } from '../migrations/migrations.ts';
import type { EmbeddedPlace, StoreSettings } from '../store-options.ts';
import { backUp } from './backup.ts';
import { prepareDirectory, preparePrivateFile } from './directory.ts';
import { explainFailure } from './errors.ts';
import { openSqlite } from './open.ts';
import { lockForRouter } from './router-lock.ts';

const FILE = 'signalbox.db';

/** Beside the data directory and not in it, so that a copy of the data is not a copy of the key: `…/signalbox` has `…/signalbox.key`. */
export const defaultKeyFile = (directory: string): string => join(dirname(directory), `${basename(directory)}.key`);

/** Whether there is data is asked before the key is: whoever makes both makes the key first. */
export async function readEmbeddedKeys({ directory, key = { file: defaultKeyFile(directory) } }: EmbeddedPlace): Promise<StoreKeys> {
  if ('text' in key) return parseKeys(key.text, 'The key of the store');
  const isNew = await stat(join(directory, FILE)).then(
    ({ size }) => size === 0,
    () => true,
  );
  return readKeyFile(key.file, isNew ? 'make' : 'lost');
}

type EmbeddedOptions = Pick<StoreSettings, 'clock' | 'role' | 'goesByHost'> & { readonly directory: string; readonly log: Logger };

/** The database of a data directory, as this release has it. For a router, nobody else's until it is closed. */
export async function openEmbedded({ directory, clock, log, role, goesByHost = false }: EmbeddedOptions): Promise<Database> {
  const file = join(directory, FILE);
  let lock: Disposable | undefined;
  try {
    const { openToOthers } = await prepareDirectory(directory);
    if (openToOthers) log.log('warn', 'store.directory-open-to-others', { directory });
    if (role === 'router') lock = await lockForRouter(directory, () => clock.now().getTime());
    await preparePrivateFile(file);
    const database = openSqlite(file, goesByHost ? () => clock.now().getTime() : undefined);
    try {
      await upgrade(database, file, log);
      // Only a router has leases, and the lock says that no other one lives: whoever still has one was killed.
      if (lock) await database.db.updateTable('lease').set({ owner: null, until: 0 }).execute();
    } catch (error) {
      await database.close();
      throw error;
    }
    return unlocking(database, lock);
  } catch (error) {
    lock?.[Symbol.dispose]();
    throw explainFailure(error, file);
  }
}

async function upgrade({ db, place }: Database, file: string, log: Logger): Promise<void> {
  const migrations = await lookAtMigrations({ db, place });
  if (migrations.applied.length > 0 && migrations.pending.length > 0) {
    const backup = await backUp({ db }, file, migrations);
    if (backup !== undefined) log.log('info', 'store.backed-up', { backup, steps: migrations.pending });
  }
  await migrate({ db, place });
}

const unlocking = (database: Database, lock: Disposable | undefined): Database => ({
  ...database,
  async close() {
    await database.close();
    lock?.[Symbol.dispose]();
  },
});
