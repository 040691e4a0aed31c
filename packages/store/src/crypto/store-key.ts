import { createHmac, randomBytes } from 'node:crypto';
import { MailError, type Secret, secret } from '@signalbox/core';

/** A key for AES-256, and a name for it that tells nothing of it. */
export interface StoreKey {
  readonly id: string;
  readonly octets: Secret;
}

/** The first seals, all of them open: several while old records wait to be sealed anew. */
export type StoreKeys = readonly [StoreKey, ...StoreKey[]];

const OCTETS = 32;

/** A new key, as text for a key file. */
export const newKeyText = (): Secret => secret(randomBytes(OCTETS).toString('base64'));

/**
 * Reads keys from a text: 32 octets each, in base64 (RFC 4648 §4, §5) or hexadecimal, one in a line or between spaces, the current one first.
 * What follows a `#` is a remark. `source` says where the text came from. Throws `config.invalid`.
 */
export function parseKeys(text: Secret, source: string): StoreKeys {
  const words = text.reveal().replaceAll(/#.*$/gm, '').split(/\s+/).filter(Boolean);
  const [current, ...older] = words.map((word, index) => parseKey(word, words.length > 1 ? `${source} (key ${index + 1})` : source));
  if (!current) throw invalid(`${source} holds no key.`);
  return [current, ...older];
}

function parseKey(word: string, source: string): StoreKey {
  const encoding = /^[0-9a-f]{64}$/i.test(word) ? 'hex' : /^[\w+/-]{43}=?$/.test(word) ? 'base64' : undefined;
  if (!encoding) throw invalid(`${source} is no key: it needs ${OCTETS} random octets in base64 or hexadecimal.`);
  const octets = Buffer.from(word, encoding);
  return { id: createHmac('sha256', octets).update('signalbox store key id').digest('hex').slice(0, 12), octets: secret(octets.toString('base64')) };
}

const invalid = (message: string): MailError =>
  new MailError('config.invalid', message, {
    affects: 'endpoint',
    remedy: { who: 'operator', action: 'fix-config', text: 'Make a key with `openssl rand -base64 32`, and keep it where the data is not.' },
  });
