import type { Keyring } from '../crypto/keyring.ts';
import type { Database } from '../database/database.ts';
import { findFirstWithId, findHeld, findKnown, findOwn, type HeldQuery, type KnownQuery } from './lookup.ts';
import type { BaselineRun, CursorState, LedgerObject } from './objects.ts';
import { type CursorPlace, type LedgerWrite, record } from './record.ts';

/**
 * What was seen in the mailboxes and what became of it. The holder of the lease to receive is the only writer of a mailbox's ledger, so decisions
 * are made outside, from plain reads, and written in one transaction that begins with the lease.
 */
export interface Ledger {
  cursor(mailbox: string, place: CursorPlace): Promise<CursorState | undefined>;
  /** Every folder of a mailbox, through every door. */
  cursors(mailbox: string): Promise<readonly (CursorPlace & CursorState)[]>;
  run(mailbox: string, place: CursorPlace): Promise<BaselineRun | undefined>;
  known(query: KnownQuery): Promise<readonly LedgerObject[]>;
  /** Keys of a folder under which a delivery's message is believed to lie, but for those with an effect that waits. In the order of the database, which is its own. */
  held(query: HeldQuery): Promise<readonly string[]>;
  /** By Message-ID hash: the first delivery that has it. */
  firstWithId(mailbox: string, idKeys: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** By Message-ID: the outbox entry whose mail it is. */
  own(mailbox: string, messageIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** All of it or nothing. Throws `lease.lost`. */
  record(write: LedgerWrite): Promise<void>;
}

export function createLedger(database: Database, keyring: Keyring): Ledger {
  const { db } = database;
  return {
    async cursor(mailbox, { door, folder }) {
      const row = await db.selectFrom('cursor').selectAll().where('mailbox', '=', mailbox).where('door', '=', door).where('folder', '=', folder).executeTakeFirst();
      return row && stateOf(row);
    },
    async cursors(mailbox) {
      const rows = await db.selectFrom('cursor').selectAll().where('mailbox', '=', mailbox).orderBy('door').orderBy('folder').execute();
      return rows.map((row) => ({ door: row.door, folder: row.folder, ...stateOf(row) }));
    },
    async run(mailbox, { door, folder }) {
      const row = await db.selectFrom('baseline_run').selectAll().where('mailbox', '=', mailbox).where('door', '=', door).where('folder', '=', folder).executeTakeFirst();
      return row && { state: row.state, beganAt: row.began_at, ...(row.position !== null && { position: row.position }) };
    },
    known: (query) => findKnown(db, query),
    held: (query) => findHeld(db, query),
    firstWithId: (mailbox, idKeys) => findFirstWithId(db, mailbox, idKeys),
    own: (mailbox, messageIds) => findOwn(db, mailbox, messageIds),
    record: (write) => record(database, keyring, write),
  };
}

interface CursorRow {
  readonly cursor: string;
  readonly swept_at: number;
  readonly audited_at: number | null;
  readonly state: CursorState['state'];
}

const stateOf = ({ cursor, swept_at: sweptAt, audited_at: auditedAt, state }: CursorRow): CursorState => ({ cursor, sweptAt, state, ...(auditedAt !== null && { auditedAt }) });
