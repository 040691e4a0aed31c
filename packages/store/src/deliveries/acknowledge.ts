import type { Keyring } from '../crypto/keyring.ts';
import type { Database } from '../database/database.ts';
import { effectRow, type NewEffect } from '../effects/row.ts';
import { chunksOf } from '../ledger/chunks.ts';

export interface AcknowledgeRequest {
  readonly ids: readonly string[];
  /** What is then to be done in the mailbox, by mailbox: journaled in the same transaction. */
  readonly effectOf?: (mailbox: string) => NewEffect | undefined;
}

export interface Acknowledged {
  readonly id: string;
  readonly mailbox: string;
}

/** Answers those that were not closed before. */
export async function acknowledge(database: Database, keyring: Keyring, { ids, effectOf }: AcknowledgeRequest): Promise<readonly Acknowledged[]> {
  if (ids.length === 0) return [];
  const { now } = database;
  return database.transaction(async (db) => {
    const closed: Acknowledged[] = [];
    for (const chunk of chunksOf(ids)) {
      const before = await database.takeLocked(db.selectFrom('delivery').select(['id', 'mailbox', 'sealed', 'key_id', 'trace']).where('id', 'in', chunk).where('state', '!=', 'closed')).execute();
      if (before.length === 0) continue;
      const effects = before.flatMap(({ id: delivery, mailbox, sealed, key_id: keyId, trace }) => {
        const effect = effectOf?.(mailbox);
        if (!effect) return [];
        const readable = sealed !== null && keyId !== null ? keyring.read('delivery', delivery, { sealed, keyId }) : undefined;
        const facts: unknown = readable && 'text' in readable ? JSON.parse(readable.text) : undefined; // without them it is found where it was seen
        return [{ ...effectRow(keyring, { mailbox, delivery, facts, effect, trace }), due_at: now }];
      });
      await db
        .updateTable('delivery')
        .set({ state: 'closed', closed_at: now, sealed: null, key_id: null, receipt: null, claimed_until: null, error: null, trace: null })
        .where('id', 'in', before.map(({ id }) => id))
        .execute();
      if (effects.length > 0) await db.insertInto('effect').values(effects).execute();
      closed.push(...before.map(({ id, mailbox }) => ({ id, mailbox })));
    }
    return closed;
  });
}
