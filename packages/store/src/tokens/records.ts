import type { SealedRecord } from '../crypto/keyring.ts';
import type { Database } from '../database/database.ts';

/** Sealed records by name. Each method is one statement, or two of which either may be the last: nothing is left half-done. */
export interface TokenRecords {
  find(name: string): Promise<SealedRecord | undefined>;
  put(name: string, record: SealedRecord): Promise<void>;
  remove(name: string): Promise<void>;
  /** Puts the same content under another key. Nobody's turn is disturbed. `false`: it was changed meanwhile. */
  reseal(name: string, before: SealedRecord, after: SealedRecord): Promise<boolean>;
}

/** `now` is the host's clock, in milliseconds since 1970. */
export function createTokenRecords({ db }: Pick<Database, 'db'>, now: () => number): TokenRecords {
  return {
    async find(name) {
      const row = await db.selectFrom('token').select(['key_id', 'sealed']).where('name', '=', name).executeTakeFirst();
      return row && recordOf(row).record;
    },
    async put(name, { keyId, sealed }) {
      const stored = { key_id: keyId, sealed, updated_at: now() };
      await db
        .insertInto('token')
        .values({ name, ...stored, version: 1 })
        .onConflict((conflict) => conflict.column('name').doUpdateSet((row) => ({ ...stored, version: row('token.version', '+', 1) })))
        .execute();
    },
    async remove(name) {
      // The row stays while it is somebody's turn, for its version: they have to see that there was a word in between.
      const { numDeletedRows } = await db.deleteFrom('token').where('name', '=', name).where('lease_owner', 'is', null).executeTakeFirstOrThrow();
      if (numDeletedRows > 0n) return;
      await db
        .updateTable('token')
        .set((row) => ({ key_id: null, sealed: null, updated_at: now(), version: row('version', '+', 1) }))
        .where('name', '=', name)
        .execute();
    },
    async reseal(name, before, after) {
      const { numUpdatedRows } = await db
        .updateTable('token')
        .set({ key_id: after.keyId, sealed: after.sealed })
        .where('name', '=', name)
        .where('sealed', '=', before.sealed)
        .executeTakeFirstOrThrow();
      return numUpdatedRows > 0n;
    },
  };
}

/** The record in a row, if there is one. */
export const recordOf = ({ key_id: keyId, sealed }: { readonly key_id: string | null; readonly sealed: string | null }): { readonly record?: SealedRecord } =>
  keyId === null || sealed === null ? {} : { record: { keyId, sealed } };
