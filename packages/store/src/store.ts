import type { TokenStore } from '@signalbox/core';
import { reloadOf } from './crypto/key-reload.ts';
import { createKeyring, type Keyring } from './crypto/keyring.ts';
import type { RotateOptions } from './crypto/sealed-tables.ts';
import { checkKeys, type KeysInUse, lookAtKeys, rotateKeys } from './crypto/sealing-keys.ts';
import { storeClosed } from './database/closed.ts';
import type { Database } from './database/database.ts';
import { createDeliveries, type Deliveries } from './deliveries/deliveries.ts';
import { type Audit, createAudit } from './deployment/audit.ts';
import { createJournal, type Journal } from './deployment/journal.ts';
import { createRevisions, type Revisions } from './deployment/revisions.ts';
import { createEffects, type Effects } from './effects/effects.ts';
import { createHealth, type Health } from './health/health.ts';
import { createLeases, type Leases } from './leases/leases.ts';
import { createLedger, type Ledger } from './ledger/ledger.ts';
import { createMailboxes, type Mailboxes } from './mailboxes/mailboxes.ts';
import { createOutbox, type Outbox } from './outbox/outbox.ts';
import { createRetention, type Retention } from './retention/retention.ts';
import { defaultKeyFile, openEmbedded, readEmbeddedKeys } from './sqlite/embedded-store.ts';
import type { EmbeddedPlace, ServerPlace, StoreOptions, StoreSettings } from './store-options.ts';
import { createSwitches, type Switches } from './switches/switches.ts';
import { createTokenRecords } from './tokens/records.ts';
import { createTokenStore, type DurableTokens } from './tokens/token-store.ts';
import { createTokenTurns } from './tokens/turn-rows.ts';
import { createTurns } from './tokens/turns.ts';

/** What must not be lost. Several processes may have the same place open. Disposal waits a lease long for what is being changed, and is idempotent. */
export interface Store extends AsyncDisposable {
  readonly tokens: TokenStore;
  readonly mailboxes: Mailboxes;
  readonly leases: Leases;
  readonly health: Health;
  readonly ledger: Ledger;
  readonly deliveries: Deliveries;
  readonly effects: Effects;
  readonly outbox: Outbox;
  readonly revisions: Revisions;
  readonly switches: Switches;
  readonly journal: Journal;
  readonly audit: Audit;
  readonly retention: Retention;
  /** Seals everything with the current key and answers how many records needed it; older keys can go afterwards. */
  rotate(options?: RotateOptions): Promise<number>;
  /** Which keys something is sealed with. It reads all tables. */
  keys(): Promise<KeysInUse>;
}

const LEASE_MS = 8000;
const SILENT = { log() {} };

/**
 * Throws `config.invalid` for a key, a directory, an address or a database that cannot be used, `auth.rejected` for a user or password that is refused,
 * `quota.exceeded` for a full disk, `unavailable` for a busy or absent one, `store.in-use` for a second router. Changes nothing then.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { clock, leaseMs = LEASE_MS } = options;
  const { database, keyring } = await open(options);
  const tokens = assembleTokens(database, keyring, options);
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
    mailboxes: createMailboxes(database),
    leases: createLeases(database, options.mailboxLeaseMs),
    health: createHealth(database),
    ledger: createLedger(database, keyring),
    deliveries: createDeliveries(database, keyring),
    effects: createEffects(database, keyring),
    outbox: createOutbox(database, keyring),
    revisions: createRevisions(database, keyring),
    switches: createSwitches(database, keyring),
    journal: createJournal(database),
    audit: createAudit(database),
    retention: createRetention(database),
    async rotate(options) {
      if (closing) throw storeClosed();
      return rotateKeys(database, keyring, options);
    },
    async keys() {
      if (closing) throw storeClosed();
      return lookAtKeys(database, keyring);
    },
    [Symbol.asyncDispose]() {
      closing ??= close();
      return closing;
    },
  };
}

interface OpenStore {
  readonly database: Database;
  readonly keyring: Keyring;
}

async function open(options: StoreOptions): Promise<OpenStore> {
  const { log = SILENT } = options;
  const { keyring, database } = await (options.url === undefined ? openEmbeddedStore({ ...options, log }) : openServerStore({ ...options, log }));
  try {
    await checkKeys(database, keyring);
    return { database, keyring };
  } catch (error) {
    await database.close();
    throw error;
  }
}

type Logged<Place> = Place & StoreSettings & Required<Pick<StoreSettings, 'log'>>;

/** The key is asked for first: without it nothing is made. */
async function openEmbeddedStore(options: Logged<EmbeddedPlace>): Promise<OpenStore> {
  const reload = reloadOf(options.key ?? { file: defaultKeyFile(options.directory) }); // before it is read: what comes in between is seen
  const keyring = createKeyring(await readEmbeddedKeys(options), reload);
  return { keyring, database: await openEmbedded(options) };
}

/** PostgreSQL's client is loaded where it is used: most commands run without it. */
async function openServerStore(options: Logged<ServerPlace>): Promise<OpenStore> {
  const { openServer, readServerKeys } = await import('./postgres/server-store.ts');
  const reload = reloadOf(options.key);
  const keyring = createKeyring(await readServerKeys(options), reload);
  return { keyring, database: await openServer(options) };
}

function assembleTokens(database: Database, keyring: Keyring, { clock, log = SILENT, leaseMs = LEASE_MS }: StoreOptions): DurableTokens {
  const now = (): number => clock.now().getTime();
  const rows = createTokenTurns(database, { now, leaseMs });
  return createTokenStore({ records: createTokenRecords(database, now), rows, keyring, log, turns: createTurns({ rows, clock, log, leaseMs }) });
}
