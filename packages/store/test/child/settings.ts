import { writeSync } from 'node:fs';
import { secret } from '@signalbox/core';
import { systemClock } from '@signalbox/kit';
import { openStore, type Store, type StoreSettings } from '../../src/index.ts';

/** Where a child finds the store: a directory, with the key that lies beside it unless another is given, or the address of a database. */
export type ChildPlace = { readonly directory: string; readonly keyText?: string } | { readonly url: string; readonly keyText: string };

export type ChildSettings = ChildPlace & Pick<StoreSettings, 'leaseMs' | 'mailboxLeaseMs' | 'role'>;

export const settings = (): unknown => JSON.parse(process.argv[2] ?? '{}');

export function openChildStore({ leaseMs, mailboxLeaseMs, role, ...place }: ChildSettings): Promise<Store> {
  const options = { clock: systemClock, ...(leaseMs !== undefined && { leaseMs }), ...(mailboxLeaseMs !== undefined && { mailboxLeaseMs }), ...(role && { role }) };
  if ('url' in place) return openStore({ url: secret(place.url), key: { text: secret(place.keyText) }, ...options });
  const { directory, keyText } = place;
  return openStore({ directory, ...(keyText !== undefined && { key: { text: secret(keyText) } }), ...options });
}

/** On its way before the call returns: what was said cannot be lost by a kill. */
export const say = (text: string): void => void writeSync(1, `${text}\n`);
