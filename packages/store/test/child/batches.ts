import type { Holding, LedgerWrite } from '../../src/index.ts';

export const MAILBOX = 'kills';
export const PLACE = { door: 'door', folder: 'INBOX' } as const;
/** Deliveries in one transaction. */
export const BATCH = 25;

/** What the ledger learns at once: deliveries, refs and the cursor behind them. */
export const batchOf = (holding: Holding, count: number, size: number): LedgerWrite => ({
  holding,
  deliveries: Array.from({ length: size }, (_, index) => ({
    id: `${count}.${index}`,
    place: { ...PLACE, key: `${count}.${index}` },
    idKey: `id of ${count}.${index}`,
    factsKey: 'facts',
    arrivedAt: count,
    facts: JSON.stringify({ count, index }),
  })),
  cursor: { ...PLACE, cursor: String(count), sweptAt: count, state: 'delivering' },
});
