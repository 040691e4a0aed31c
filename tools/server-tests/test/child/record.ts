// Records batches in the ledger of a store on PostgreSQL, and says of each when the store has answered, until it or the server is killed.
import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { secret } from '@signalbox/core';
import { systemClock } from '@signalbox/kit';
import { openStore } from '@signalbox/store';

const { url, key, from, batch } = JSON.parse(process.argv[2] ?? '{}') as { readonly url: string; readonly key: string; readonly from: number; readonly batch: number };
const place = { door: 'door', folder: 'INBOX' };
const { mailboxes, leases, ledger } = await openStore({ url: secret(url), key: { text: secret(key) }, clock: systemClock, mailboxLeaseMs: 300 });
await mailboxes.put({ id: 'sales', address: 'sales@contoso.com' });
let holding = await leases.acquire('sales', 'receive', String(process.pid));
while (!holding) {
  await sleep(20);
  holding = await leases.acquire('sales', 'receive', String(process.pid));
}
// What was stored and not answered any more is not recorded twice: a reader goes on from its cursor.
const recorded = Number((await ledger.cursor('sales', place))?.cursor ?? 0);
for (let count = Math.max(from, recorded + 1); ; count += 1) {
  if (!(await leases.keep(holding))) throw new Error('The lease is lost.');
  const deliveries = Array.from({ length: batch }, (_, index) => {
    const id = `${count}.${index}`;
    return { id, place: { ...place, key: id }, idKey: `id of ${id}`, factsKey: 'facts', arrivedAt: count, facts: JSON.stringify({ count }) };
  });
  await ledger.record({ holding, deliveries, cursor: { ...place, cursor: String(count), sweptAt: count, state: 'delivering' } });
  writeSync(1, `${count}\n`);
}
