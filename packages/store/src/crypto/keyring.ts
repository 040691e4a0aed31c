import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { isMailError, MailError, type Secret, secret } from '@signalbox/core';
import type { StoreKey, StoreKeys } from './store-key.ts';

export interface SealedRecord {
  readonly keyId: string;
  readonly sealed: string;
}

/** The tables with sealed records. */
export type SealedTable = 'token' | 'delivery' | 'effect' | 'outbox' | 'outbox_part' | 'revision';

/** What a record says, or why it cannot be read. */
export type Readable = { readonly text: string } | { readonly failure: MailError };

/** Seals records and opens them. A record opens in the table and under the id it was sealed for, and nowhere else. */
export interface Keyring {
  readonly currentId: string;
  readonly ids: readonly string[];
  /** `id` is the primary key; of several columns, their values with `/` between. */
  seal(table: SealedTable, id: string, value: Secret): SealedRecord;
  /** Throws `config.invalid` for a key that is not here, and for a record that somebody has changed. */
  open(table: SealedTable, id: string, record: SealedRecord): Secret;
  /** For records among others: one that does not open must not stop the rest. */
  read(table: SealedTable, id: string, record: SealedRecord): Readable;
  /** For content that is no text. */
  sealOctets(table: SealedTable, id: string, octets: Uint8Array): SealedRecord;
  openOctets(table: SealedTable, id: string, record: SealedRecord): Buffer;
  /** Looks whether the keys are others by now. What was known stays known, for opening. */
  refresh(): void;
}

/** Answers the keys where they have changed since the last time. Asked now and then before something is sealed, and when a key is missing. */
export type Reload = () => StoreKeys | undefined;

/** A key that was replaced seals no longer than this, in milliseconds. */
export const TAKEN_UP_MS = 1000;

// NIST SP 800-38D §5.2.1.1, §8.2.2: 96 random bits, a fresh one for each record. §8.3 allows 2^32 records for a key.
const CIPHER = 'aes-256-gcm';
const NONCE_OCTETS = 12;
const TAG_OCTETS = 16;

export function createKeyring(keys: StoreKeys, reload: Reload = () => undefined): Keyring {
  let [current] = keys;
  const byId = new Map(keys.map((key) => [key.id, key]));
  let lookedAt = performance.now();
  const refresh = (): void => {
    lookedAt = performance.now();
    const changed = reload();
    if (!changed) return;
    [current] = changed;
    for (const key of changed) byId.set(key.id, key);
  };

  const sealOctets: Keyring['sealOctets'] = (table, id, octets) => {
    if (performance.now() - lookedAt >= TAKEN_UP_MS) refresh();
    const nonce = randomBytes(NONCE_OCTETS);
    const cipher = createCipheriv(CIPHER, octetsOf(current), nonce).setAAD(boundTo(table, id, current.id));
    const ciphertext = [cipher.update(octets), cipher.final()];
    return { keyId: current.id, sealed: Buffer.concat([nonce, cipher.getAuthTag(), ...ciphertext]).toString('base64') };
  };
  const openOctets: Keyring['openOctets'] = (table, id, { keyId, sealed }) => {
    if (!byId.has(keyId)) refresh();
    const key = byId.get(keyId);
    if (!key) throw missingKey([keyId], [...byId.keys()], describe(table, id));
    try {
      return decrypt(key, boundTo(table, id, keyId), Buffer.from(sealed, 'base64'));
    } catch (error) {
      throw altered(table, id, keyId, error);
    }
  };
  return {
    get currentId() {
      return current.id;
    },
    get ids() {
      return [...byId.keys()];
    },
    refresh,
    seal: (table, id, value) => sealOctets(table, id, Buffer.from(value.reveal(), 'utf8')),
    open: (table, id, record) => secret(openOctets(table, id, record).toString('utf8')),
    read(table, id, record) {
      try {
        return { text: openOctets(table, id, record).toString('utf8') };
      } catch (error) {
        if (isMailError(error)) return { failure: error };
        throw error;
      }
    },
    sealOctets,
    openOctets,
  };
}

function decrypt(key: StoreKey, bound: Buffer, octets: Buffer): Buffer {
  const nonce = octets.subarray(0, NONCE_OCTETS);
  const tag = octets.subarray(NONCE_OCTETS, NONCE_OCTETS + TAG_OCTETS);
  const decipher = createDecipheriv(CIPHER, octetsOf(key), nonce, { authTagLength: TAG_OCTETS }).setAAD(bound).setAuthTag(tag);
  return Buffer.concat([decipher.update(octets.subarray(NONCE_OCTETS + TAG_OCTETS)), decipher.final()]);
}

const octetsOf = ({ octets }: StoreKey): Buffer => Buffer.from(octets.reveal(), 'base64');

/** A record cannot be passed off as another. */
const boundTo = (table: SealedTable, id: string, keyId: string): Buffer => Buffer.from(JSON.stringify(['signalbox', table, keyId, id]));

/** A token is known by its name. */
const describe = (table: SealedTable, id: string): string => (table === 'token' ? `"${id}"` : `${table} "${id}"`);

const altered = (table: SealedTable, id: string, keyId: string, cause: unknown): MailError =>
  new MailError('config.invalid', `The stored record ${describe(table, id)} does not open with the key ${keyId} that sealed it: it was changed or moved.`, {
    cause,
    ...(table !== 'token' && { affects: 'item', retry: 'after-remedy' }),
    remedy: { who: 'operator', action: 'fix-config', text: `Put the database back from a backup${OTHERWISE[table] ?? ''}.` },
  });

const OTHERWISE: Readonly<Partial<Record<SealedTable, string>>> = {
  token: ', or sign the mailbox out and in again',
  outbox: ', or submit the mail anew and cancel this one',
  outbox_part: ', or submit the mail anew and cancel this one',
};

/** The data is whole, and the key for it is another one. */
export const missingKey = (needed: readonly string[], given: readonly string[], what: string): MailError =>
  new MailError('config.invalid', `${what} ${needed.length > 1 ? 'were' : 'was'} sealed with the key ${needed.join(', ')}, and the given ${given.length > 1 ? 'keys are' : 'key is'} ${given.join(', ')}.`, {
    affects: 'endpoint',
    remedy: {
      who: 'operator',
      action: 'fix-config',
      text: `Give the key ${needed.join(', ')} too, after the current one, or put it back; without it what was stored is lost, sign-ins among it, and another place has to be used.`,
    },
  });
