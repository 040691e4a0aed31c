// Changes tokens, and records batches in the ledger, one after the other; says of each when the store has answered, until it is killed or the server is.
import { setTimeout as sleep } from 'node:timers/promises';
import { secret } from '@signalbox/core';
import { type ChildSettings, openChildStore, say, settings } from './settings.ts';
import { BATCH, batchOf, MAILBOX, PLACE } from './batches.ts';

const given = settings() as ChildSettings & { readonly keys: number; readonly from: number };
const store = await openChildStore(given);
await store.mailboxes.put({ id: MAILBOX, address: 'kills@contoso.com' });
let holding = await store.leases.acquire(MAILBOX, 'receive', String(process.pid));
// Whoever was killed before holds it until it is over.
while (!holding) {
  await sleep(20);
  holding = await store.leases.acquire(MAILBOX, 'receive', String(process.pid));
}
// A batch that was stored and not answered any more is not recorded twice: a reader goes on from its cursor.
const recorded = Number((await store.ledger.cursor(MAILBOX, PLACE))?.cursor ?? 0);
for (let count = given.from; ; count += 1) {
  const key = `record ${count % given.keys}`;
  const value = secret(`${count} ${'x'.repeat(count % 7000)} ${count}`); // some larger than a page of the database
  // An update, a write and a batch by turns: all are promises kept.
  if (count % 3 === 0) await store.tokens.write(key, value);
  else if (count % 3 === 1) await store.tokens.update(key, async () => value);
  else if (!(await store.leases.keep(holding))) throw new Error('The lease is lost.');
  else if (count > recorded) await store.ledger.record(batchOf(holding, count, BATCH));
  say(String(count));
}
