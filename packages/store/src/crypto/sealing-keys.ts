import type { Database } from '../database/database.ts';
import { type Keyring, missingKey } from './keyring.ts';
import { keysInUse, type RotateOptions, sealAnew } from './sealed-tables.ts';

/**
 * Refuses a keyring that lacks a key with which something is sealed, so that a wrong key stops here and never mixes with the right one;
 * notes the current key otherwise. Throws `config.invalid`, and changes nothing then.
 */
export async function checkKeys({ db, now, place }: Database, keyring: Keyring): Promise<void> {
  const known = (await db.selectFrom('sealing_key').select('id').orderBy('id').execute()).map(({ id }) => id);
  if (known.some((id) => !keyring.ids.includes(id))) keyring.refresh(); // somebody may have changed them since they were read
  const missing = await keysInUse(db, known.filter((id) => !keyring.ids.includes(id)));
  if (missing.length > 0) throw missingKey(missing, keyring.ids, `Records in ${place}`);
  if (known.includes(keyring.currentId)) return;
  await db
    .insertInto('sealing_key')
    .values({ id: keyring.currentId, since: now })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Seals everything with the current key, and forgets the others where nothing needs them any more. Answers how many records were sealed anew. */
export async function rotateKeys(database: Database, keyring: Keyring, options?: RotateOptions): Promise<number> {
  const count = await sealAnew(database, keyring, options);
  const others = (await database.db.selectFrom('sealing_key').select('id').where('id', '!=', keyring.currentId).execute()).map(({ id }) => id);
  const needed = await keysInUse(database.db, others);
  const idle = others.filter((id) => !needed.includes(id));
  if (idle.length > 0) await database.db.deleteFrom('sealing_key').where('id', 'in', idle).execute();
  return count;
}

export interface KeysInUse {
  /** Seals from now on. */
  readonly current: string;
  readonly currentSince: Date;
  /** Older ones, without which something would not open. */
  readonly needed: readonly string[];
}

export async function lookAtKeys({ db }: Pick<Database, 'db'>, keyring: Keyring): Promise<KeysInUse> {
  const current = keyring.currentId;
  const row = await db.selectFrom('sealing_key').select('since').where('id', '=', current).executeTakeFirst();
  return { current, currentSince: new Date(row?.since ?? 0), needed: await keysInUse(db, keyring.ids.filter((id) => id !== current)) };
}
