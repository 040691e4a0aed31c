import { describe, expect, it } from 'vitest';
import { backends } from '../backends.ts';

describe.each(backends)('a store on $name that is closed', ({ makePlace }) => {
  it('says so to every repository, and closes once', async () => {
    await using place = await makePlace();
    const store = await place.open();
    await store.mailboxes.put({ id: 'sales', address: 'sales@contoso.com' });
    const holding = await store.leases.acquire('sales', 'receive', 'one');
    await Promise.all([store[Symbol.asyncDispose](), store[Symbol.asyncDispose]()]);
    if (!holding) throw new Error('The lease was free.');
    const calls = [
      store.tokens.read('a'),
      store.mailboxes.list(),
      store.mailboxes.inactive(),
      store.leases.keep(holding),
      store.ledger.record({ holding }),
      store.deliveries.list({ limit: 1 }),
      store.effects.claim(holding, { limit: 1, visibilityMs: 1 }),
      store.outbox.find('entry'),
      store.revisions.current(),
      store.journal.read('sales'),
      store.audit.list({ limit: 1 }),
      store.rotate(),
    ];
    for (const outcome of await Promise.allSettled(calls)) expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'transport.closed' } });
  });
});
