import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { secret } from '@signalbox/core';
import { systemClock } from '@signalbox/kit';
import { sql } from 'kysely';
import { createKeyring, type Keyring } from '../src/crypto/keyring.ts';
import { newKeyText, parseKeys } from '../src/crypto/store-key.ts';
import type { Database } from '../src/database/database.ts';
import { openStore, type Store, type StoreSettings } from '../src/index.ts';
import { openPostgres } from '../src/postgres/open.ts';
import { openSqlite } from '../src/sqlite/open.ts';
import type { ChildPlace } from './child/settings.ts';
import { makePlace } from './world.ts';

/** Somewhere for a store, on one of the backends. What was opened here is closed at the end, and what was stored is gone. */
export interface BackendPlace extends AsyncDisposable {
  /** With the key of this place, unless another is given. */
  open(options?: Partial<StoreSettings> & { readonly keyText?: string }): Promise<Store>;
  /** The database of the store beside it: for a look that does not pass through the repositories, and for repositories on their own. Open a store first: that makes the tables. */
  readonly openDatabase: () => Promise<Database>;
  readonly keyring: Keyring;
  /** For a store in another process. */
  readonly child: ChildPlace;
}

/** `describe.each(backends)('… on $name', ({ makePlace }) => …)` in a file of `test/backends`: SQLite in the workspace's own run, PostgreSQL in `npm run test:servers`. */
export interface Backend {
  readonly name: 'SQLite' | 'PostgreSQL';
  readonly makePlace: () => Promise<BackendPlace>;
}

/** Set by tools/server-tests: a server of its own, with a user who may make schemas. */
const SERVER = process.env['SIGNALBOX_TEST_POSTGRES'];

export const backends: readonly Backend[] = [SERVER === undefined ? { name: 'SQLite', makePlace: makeSqlitePlace } : { name: 'PostgreSQL', makePlace: () => makePostgresPlace(SERVER) }];

async function makeSqlitePlace(): Promise<BackendPlace> {
  const { directory, [Symbol.asyncDispose]: remove } = await makePlace();
  const key = newKeyText().reveal();
  return placeOf({
    key,
    child: { directory, keyText: key },
    openDatabase: async () => openSqlite(join(directory, 'signalbox.db')),
    remove: async () => remove(),
  });
}

/** A schema for each place, so that places do not see one another. */
async function makePostgresPlace(server: string): Promise<BackendPlace> {
  const schema = `test_${randomUUID().replaceAll('-', '')}`;
  const openAt = (url: string): Promise<Database> => openPostgres({ url: secret(url), log: { log() {} } });
  const here = `${server}?options=${encodeURIComponent(`-c search_path=${schema}`)}`;
  const inAdmin = async (work: (database: Database) => Promise<unknown>): Promise<void> => {
    const database = await openAt(server);
    await work(database);
    await database.close();
  };
  await inAdmin(({ db }) => sql`create schema ${sql.id(schema)}`.execute(db));
  const key = newKeyText().reveal();
  return placeOf({
    key,
    child: { url: here, keyText: key },
    openDatabase: () => openAt(here),
    remove: () => inAdmin(({ db }) => sql`drop schema ${sql.id(schema)} cascade`.execute(db)),
  });
}

interface PlaceParts {
  readonly key: string;
  readonly child: ChildPlace;
  readonly openDatabase: () => Promise<Database>;
  readonly remove: () => Promise<void>;
}

function placeOf({ key, child, openDatabase, remove }: PlaceParts): BackendPlace {
  const closing: (() => Promise<void>)[] = [];
  return {
    child,
    keyring: createKeyring(parseKeys(secret(key), 'The key')),
    async open({ keyText = key, ...settings } = {}) {
      const options = { clock: systemClock, key: { text: secret(keyText) }, ...settings };
      const store = await ('url' in child ? openStore({ url: secret(child.url), ...options }) : openStore({ directory: child.directory, ...options }));
      closing.push(async () => store[Symbol.asyncDispose]());
      return store;
    },
    async openDatabase() {
      const database = await openDatabase();
      closing.push(() => database.close());
      return database;
    },
    async [Symbol.asyncDispose]() {
      for (const close of closing.toReversed()) await close();
      await remove();
    },
  };
}
