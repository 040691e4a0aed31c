import { basename, dirname, join } from 'node:path';
import { stat } from 'node:fs/promises';
import type { Clock, Logger, Secret, TokenStore } from '@signalbox/core';
import { createKeyring, type Keyring, missingKey } from './crypto/keyring.ts';
import { readKeyFile } from './crypto/key-file.ts';
import { parseKeys, type StoreKeys } from './crypto/store-key.ts';
import { migrate } from './migrations/migrate.ts';
import { prepareDirectory } from './sqlite/directory.ts';
import { explainFailure } from './sqlite/errors.ts';
import type { Database } from './database/database.ts';
import { openSqlite } from './sqlite/open.ts';
import { createTokenRecords, type TokenRecords } from './tokens/records.ts';
import { createTokenStore } from './tokens/token-store.ts';
import { createTokenTurns } from './tokens/turn-rows.ts';
import { createTurns } from './tokens/turns.ts';

/**
 * Where the keys come from: 32 octets each in base64 or hexadecimal, the current one first, then older ones that still open what they sealed.
 * A key file that does not exist is made, unless there is data already that it should open.
 */
export type KeySource = { readonly file: string } | { readonly text: Secret };

export interface StoreOptions {
  /** Made when it does not exist, for its owner alone. */
  readonly directory: string;
  /** Default: the file that `defaultKeyFile` names. */
  readonly key?: KeySource;
  readonly clock: Clock;
  readonly log?: Logger;
  /** How long another process waits before it takes over what a dead one has begun, in milliseconds; 8,000 by default, and the same for all processes. */
  readonly leaseMs?: number;
}

/** What must not be lost. Several processes may have the same directory open. Disposal waits a lease long for what is being changed, and is idempotent. */
export interface Store extends AsyncDisposable {
  readonly tokens: TokenStore;
  /** Seals everything with the current key and answers how many records needed it; older keys can go afterwards. */
  rotate(): Promise<number>;
}

const FILE = 'signalbox.db';
const LEASE_MS = 8000;
const SILENT: Logger = { log() {} };

/** Beside the data directory and not in it, so that a copy of the data is not a copy of the key: `…/signalbox` has `…/signalbox.key`. */
export const defaultKeyFile = (directory: string): string => join(dirname(directory), `${basename(directory)}.key`);

/** Throws `config.invalid` for a key, a directory or a database that cannot be used, `quota.exceeded` for a full disk, `unavailable` for a busy one. Changes nothing then. */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { directory, clock, log = SILENT, leaseMs = LEASE_MS } = options;
  const file = join(directory, FILE);
  const keyring = createKeyring(await readKeys(options, file));
  const now = (): number => clock.now().getTime();
  const { database, records } = await openRecords(file, options, keyring, now);
  const rows = createTokenTurns(database, { now, leaseMs });
  const tokens = createTokenStore({ records, rows, keyring, log, turns: createTurns({ rows, clock, log, leaseMs }) });
  const close = async (): Promise<void> => {
    const done = new AbortController();
    // A change that never ends keeps nobody from leaving.
    await Promise.race([tokens.settled(), clock.sleep(leaseMs, done.signal).catch(() => {})]);
    done.abort();
    tokens.close();
    await database.close();
  };
  let closing: Promise<void> | undefined;
  return {
    tokens,
    rotate: () => tokens.rotate(),
    [Symbol.asyncDispose]() {
      closing ??= close();
      return closing;
    },
  };
}

/** Whether there is data is asked before the key is: whoever makes both makes the key first. */
async function readKeys({ directory, key = { file: defaultKeyFile(directory) } }: StoreOptions, file: string): Promise<StoreKeys> {
  if ('text' in key) return parseKeys(key.text, 'The key of the store');
  const isNew = await stat(file).then(
    ({ size }) => size === 0,
    () => true,
  );
  return readKeyFile(key.file, isNew);
}

interface OpenRecords {
  readonly database: Database;
  readonly records: TokenRecords;
}

async function openRecords(file: string, { directory, log = SILENT }: StoreOptions, keyring: Keyring, now: () => number): Promise<OpenRecords> {
  try {
    const { openToOthers } = await prepareDirectory(directory, file);
    if (openToOthers) log.log('warn', 'store.directory-open-to-others', { directory });
  } catch (error) {
    throw explainFailure(error, file);
  }
  const database = openSqlite(file);
  try {
    await migrate(database.db, file);
    const records = createTokenRecords(database, now);
    const missing = (await records.keyIds()).filter((id) => !keyring.ids.includes(id));
    if (missing.length > 0) throw missingKey(missing, keyring.ids, `Records in ${file}`);
    return { database, records };
  } catch (error) {
    await database.close();
    throw explainFailure(error, file);
  }
}
