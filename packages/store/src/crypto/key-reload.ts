import { readFileSync, statSync } from 'node:fs';
import { secret } from '@signalbox/core';
import type { KeySource } from '../store-options.ts';
import type { Reload } from './keyring.ts';
import { parseKeys } from './store-key.ts';

/**
 * Sees when a key file is replaced, so that a rotation needs no restart. Synchronous, because sealing is; a look costs microseconds. A file that is away
 * or holds no key for a moment changes nothing.
 */
export function reloadOf(key: KeySource): Reload {
  if ('text' in key) return () => undefined;
  let seen = stampOf(key.file);
  return () => {
    const stamp = stampOf(key.file);
    if (stamp === undefined || stamp === seen) return undefined;
    try {
      const keys = parseKeys(secret(readFileSync(key.file, 'utf8')), `The key file ${key.file}`);
      seen = stamp;
      return keys;
    } catch {
      return undefined;
    }
  };
}

function stampOf(file: string): string | undefined {
  const stat = statSync(file, { bigint: true, throwIfNoEntry: false });
  return stat && `${stat.ino} ${stat.mtimeNs} ${stat.size}`;
}
