import { sql } from 'kysely';
import type { SealedRecord } from '../crypto/keyring.ts';
import type { Database } from '../database/database.ts';
import { recordOf } from './records.ts';

/** A turn at a record: who has it, and what was stored when it began. */
export interface Turn {
  readonly owner: string;
  readonly version: number;
  readonly record?: SealedRecord;
}

/** Whose turn it is, as somebody sees who waits for it. */
export interface Holder {
  readonly owner: string;
  readonly until: number;
}

/** Turns at records, in the rows of the records themselves. The condition of each change stands in its statement, so that no transaction is needed. */
export interface TokenTurns {
  /** Takes the turn when it is free, over, or held as `stale` says; `undefined` otherwise. */
  take(name: string, owner: string, stale?: Holder): Promise<Turn | undefined>;
  /** What a turn finds when it looks again; `undefined` when it is lost. */
  look(name: string, owner: string): Promise<Turn | undefined>;
  holder(name: string): Promise<Holder | undefined>;
  /** Keeps the turn for longer. `false`: it is lost. */
  keep(name: string, owner: string): Promise<boolean>;
  /** Stores and ends the turn, unless it is lost or somebody has changed the record since: `false` then. */
  commit(name: string, turn: Turn, record: SealedRecord | undefined): Promise<boolean>;
  /** Ends the turn and leaves everything as it is. */
  release(name: string, owner: string): Promise<void>;
}

export interface TokenTurnsOptions {
  /** The host's clock, in milliseconds since 1970. */
  readonly now: () => number;
  /** How long a turn lasts unless it is kept, in milliseconds. */
  readonly leaseMs: number;
}

export function createTokenTurns({ db, now: databaseNow }: Database, { now, leaseMs }: TokenTurnsOptions): TokenTurns {
  const leaseEnd = sql<number>`${databaseNow} + ${leaseMs}`;
  const toTurn = (owner: string, row: { readonly version: number; readonly key_id: string | null; readonly sealed: string | null } | undefined): Turn | undefined =>
    row && { owner, version: row.version, ...recordOf(row) };

  return {
    async take(name, owner, stale) {
      const row = await db
        .insertInto('token')
        .values({ name, version: 0, updated_at: now(), lease_owner: owner, lease_until: leaseEnd })
        .onConflict((conflict) =>
          conflict
            .column('name')
            .doUpdateSet({ lease_owner: owner, lease_until: leaseEnd })
            .where((row) =>
              row.or([
                row('token.lease_owner', 'is', null),
                row('token.lease_until', '<=', databaseNow),
                ...(stale ? [row.and([row('token.lease_owner', '=', stale.owner), row('token.lease_until', '=', stale.until)])] : []),
              ]),
            ),
        )
        .returning(['version', 'key_id', 'sealed'])
        .executeTakeFirst();
      return toTurn(owner, row);
    },
    async look(name, owner) {
      const row = await db.selectFrom('token').select(['version', 'key_id', 'sealed']).where('name', '=', name).where('lease_owner', '=', owner).executeTakeFirst();
      return toTurn(owner, row);
    },
    async holder(name) {
      const row = await db.selectFrom('token').select(['lease_owner', 'lease_until']).where('name', '=', name).executeTakeFirst();
      return row?.lease_owner == null || row.lease_until === null ? undefined : { owner: row.lease_owner, until: row.lease_until };
    },
    async keep(name, owner) {
      const { numUpdatedRows } = await db.updateTable('token').set({ lease_until: leaseEnd }).where('name', '=', name).where('lease_owner', '=', owner).executeTakeFirstOrThrow();
      return numUpdatedRows > 0n;
    },
    async commit(name, { owner, version }, record) {
      if (!record) {
        const { numDeletedRows } = await db
          .deleteFrom('token')
          .where('name', '=', name)
          .where('lease_owner', '=', owner)
          .where('version', '=', version)
          .executeTakeFirstOrThrow();
        return numDeletedRows > 0n;
      }
      const { numUpdatedRows } = await db
        .updateTable('token')
        .set({ key_id: record.keyId, sealed: record.sealed, updated_at: now(), version: version + 1, lease_owner: null, lease_until: null })
        .where('name', '=', name)
        .where('lease_owner', '=', owner)
        .where('version', '=', version)
        .executeTakeFirstOrThrow();
      return numUpdatedRows > 0n;
    },
    async release(name, owner) {
      const { numDeletedRows } = await db.deleteFrom('token').where('name', '=', name).where('lease_owner', '=', owner).where('sealed', 'is', null).executeTakeFirstOrThrow();
      if (numDeletedRows > 0n) return;
      await db.updateTable('token').set({ lease_owner: null, lease_until: null }).where('name', '=', name).where('lease_owner', '=', owner).execute();
    },
  };
}
