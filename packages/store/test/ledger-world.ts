import type { Database } from '../src/database/database.ts';
import { createDeliveries, type Deliveries } from '../src/deliveries/deliveries.ts';
import { createEffects, type Effects } from '../src/effects/effects.ts';
import { createLedger, type Ledger } from '../src/ledger/ledger.ts';
import type { NewDelivery } from '../src/ledger/record.ts';
import { createLeases, type Holding } from '../src/leases/leases.ts';
import type { Backend } from './backends.ts';

export interface LedgerWorld extends AsyncDisposable {
  readonly database: Database;
  readonly ledger: Ledger;
  readonly deliveries: Deliveries;
  readonly effects: Effects;
  /** Takes the lease to receive; the mailbox comes into being. */
  hold(mailbox: string): Promise<Holding>;
}

export async function openWorld({ makePlace }: Backend): Promise<LedgerWorld> {
  const place = await makePlace();
  await place.open();
  const database = await place.openDatabase();
  const { keyring } = place;
  const leases = createLeases(database);
  return {
    database,
    ledger: createLedger(database, keyring),
    deliveries: createDeliveries(database, keyring),
    effects: createEffects(database, keyring),
    async hold(mailbox) {
      await database.db
        .insertInto('mailbox')
        .values({ id: mailbox, address: `${mailbox}@b.c`, state: 'active', next_sequence: 1, created_at: 0, updated_at: 0 })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      const holding = await leases.acquire(mailbox, 'receive', 'me');
      if (!holding) throw new Error(`The lease of ${mailbox} is somebody else's.`);
      return holding;
    },
    [Symbol.asyncDispose]: async () => place[Symbol.asyncDispose](),
  };
}

export const DOOR = 'imap:host:993:a@b.c';
export const T0 = Date.parse('2026-11-25T10:00:00Z');

export const delivery = (id: string, about: Partial<NewDelivery> = {}): NewDelivery => ({
  id,
  idKey: `id of ${id}`,
  factsKey: `facts of ${id}`,
  arrivedAt: T0,
  facts: JSON.stringify({ subject: `about ${id}` }),
  place: { door: DOOR, folder: 'INBOX', key: `1.${id}` },
  ...about,
});
