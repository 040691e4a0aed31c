import { describe, expect, it } from 'vitest';
import type { Deliveries } from '../../src/index.ts';
import { backends, type BackendPlace } from '../backends.ts';
import { batchOf } from '../child/batches.ts';

const MAILBOXES = ['one', 'two', 'three'] as const;
const EACH = 150;

async function withDeliveries(place: BackendPlace): Promise<readonly string[]> {
  const { mailboxes, leases, ledger } = await place.open();
  const all: string[] = [];
  for (const id of MAILBOXES) {
    await mailboxes.put({ id, address: `${id}@contoso.com` });
    const holding = await leases.acquire(id, 'receive', 'one');
    if (!holding) throw new Error('The lease was free.');
    const batch = batchOf(holding, 1, EACH);
    const deliveries = (batch.deliveries ?? []).map((delivery) => ({ ...delivery, id: `${id} ${delivery.id}` }));
    await ledger.record({ ...batch, deliveries });
    all.push(...deliveries.map((delivery) => delivery.id));
  }
  return all;
}

/** Claims until all has been handed out, and acknowledges what the others acknowledge too. */
async function work(deliveries: Deliveries, every: readonly string[], claimed: string[]): Promise<void> {
  while (claimed.length < every.length) {
    const some = await deliveries.claim({ limit: 20, perMailbox: 10, visibilityMs: 60_000, maxAttempts: 5 });
    claimed.push(...some.map(({ id }) => id));
  }
  for (let at = 0; at < every.length; at += 25) await deliveries.ack({ ids: every.slice(at, at + 25) });
}

describe.each(backends)('several claimers on $name', ({ makePlace }) => {
  it('get each delivery once, and none of them stands in another’s way', { timeout: 60_000 }, async () => {
    await using place = await makePlace();
    const every = await withDeliveries(place);
    const stores = await Promise.all([0, 1, 2, 3].map(() => place.open()));
    // Half of them acknowledge in the other order.
    const claimed: string[] = [];
    await Promise.all(stores.map(({ deliveries }, index) => work(deliveries, index % 2 === 0 ? every : every.toReversed(), claimed)));
    expect(claimed.toSorted()).toEqual(every.toSorted());
    expect(await stores[0]?.deliveries.list({ state: 'open', limit: 1 })).toEqual([]);
  });
});
