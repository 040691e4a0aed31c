import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { MailError, type Secret, secret } from '@signalbox/core';
import type { StoreKey, StoreKeys } from './store-key.ts';

export interface SealedRecord {
  readonly keyId: string;
  readonly sealed: string;
}

/** Seals records and opens them. A record opens under the name it was sealed for and under no other. */
export interface Keyring {
  readonly currentId: string;
  readonly ids: readonly string[];
  seal(name: string, value: Secret): SealedRecord;
  /** Throws `config.invalid` for a key that is not here, and for a record that somebody has changed. */
  open(name: string, record: SealedRecord): Secret;
}

// NIST SP 800-38D §5.2.1.1, §8.2.2: 96 random bits, a fresh one for each record. §8.3 allows 2^32 records for a key.
const CIPHER = 'aes-256-gcm';
const NONCE_OCTETS = 12;
const TAG_OCTETS = 16;

export function createKeyring(keys: StoreKeys): Keyring {
  const [current] = keys;
  const byId = new Map(keys.map((key) => [key.id, key]));
  return {
    currentId: current.id,
    ids: [...byId.keys()],
    seal(name, value) {
      const nonce = randomBytes(NONCE_OCTETS);
      const cipher = createCipheriv(CIPHER, octetsOf(current), nonce).setAAD(boundTo(name, current.id));
      const ciphertext = Buffer.concat([cipher.update(value.reveal(), 'utf8'), cipher.final()]);
      return { keyId: current.id, sealed: Buffer.concat([nonce, cipher.getAuthTag(), ciphertext]).toString('base64') };
    },
    open(name, { keyId, sealed }) {
      const key = byId.get(keyId);
      if (!key) throw missingKey([keyId], [...byId.keys()], `"${name}"`);
      try {
        return secret(decrypt(key, name, Buffer.from(sealed, 'base64')));
      } catch (error) {
        throw new MailError('config.invalid', `The stored record "${name}" does not open with the key ${keyId} that sealed it: it was changed or moved.`, {
          cause: error,
          remedy: { who: 'operator', action: 'fix-config', text: 'Put the database back from a backup, or sign the mailbox out and in again.' },
        });
      }
    },
  };
}

function decrypt(key: StoreKey, name: string, octets: Buffer): string {
  const nonce = octets.subarray(0, NONCE_OCTETS);
  const tag = octets.subarray(NONCE_OCTETS, NONCE_OCTETS + TAG_OCTETS);
  const decipher = createDecipheriv(CIPHER, octetsOf(key), nonce, { authTagLength: TAG_OCTETS }).setAAD(boundTo(name, key.id)).setAuthTag(tag);
  return Buffer.concat([decipher.update(octets.subarray(NONCE_OCTETS + TAG_OCTETS)), decipher.final()]).toString('utf8');
}

const octetsOf = ({ octets }: StoreKey): Buffer => Buffer.from(octets.reveal(), 'base64');

/** A record cannot be passed off as that of another name. */
const boundTo = (name: string, keyId: string): Buffer => Buffer.from(JSON.stringify(['signalbox', 'token', keyId, name]));

/** The data is whole, and the key for it is another one. */
export const missingKey = (needed: readonly string[], given: readonly string[], what: string): MailError =>
  new MailError('config.invalid', `${what} ${needed.length > 1 ? 'were' : 'was'} sealed with the key ${needed.join(', ')}, and the given ${given.length > 1 ? 'keys are' : 'key is'} ${given.join(', ')}.`, {
    affects: 'endpoint',
    remedy: {
      who: 'operator',
      action: 'fix-config',
      text: `Give the key ${needed.join(', ')} too, after the current one, or put it back; without it the stored sign-ins are lost, and another data directory has to be used.`,
    },
  });
