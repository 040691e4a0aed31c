import { secret } from '@signalbox/core';
import { systemClock } from '@signalbox/kit';
import { startPostgres } from '@signalbox/lab';
import { newKeyText, openStore, type Store } from '@signalbox/store';
import { Client } from 'pg';
import { describe, expect, it } from 'vitest';

const [MAILBOXES, EACH, CLAIMS] = [50, 100, 20];
const key = { text: newKeyText() };

/** Rows of `delivery` that sessions have read until now. A session tells it when it ends, at the latest. */
async function rowsRead(client: Client): Promise<number> {
  await client.query('select pg_stat_force_next_flush()'); // what this session has read itself
  const { rows } = await client.query<{ readonly read: number }>(`select cast(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) as integer) as read from pg_stat_user_tables where relname = 'delivery'`);
  return rows[0]?.read ?? 0;
}

async function fill({ mailboxes, leases, ledger }: Store): Promise<void> {
  for (let mailbox = 0; mailbox < MAILBOXES; mailbox += 1) {
    const id = `mailbox ${mailbox}`;
    await mailboxes.put({ id, address: `${mailbox}@contoso.com` });
    const holding = await leases.acquire(id, 'receive', 'one');
    if (!holding) throw new Error('The lease was free.');
    const deliveries = Array.from({ length: EACH }, (_, index) => ({
      id: `${mailbox}.${index}`,
      factsKey: `facts ${mailbox}.${index}`,
      arrivedAt: Date.now(),
      facts: '{}',
      place: { door: 'door', folder: 'INBOX', key: String(index) },
    }));
    await ledger.record({ holding, deliveries });
  }
}

interface Filled extends AsyncDisposable {
  /** Beside the store. */
  readonly client: Client;
  /** With a store of its own: its sessions tell what they have read when they end. */
  readonly withStore: (work: (store: Store) => Promise<void>) => Promise<void>;
}

async function openFilled(): Promise<Filled> {
  await using stack = new AsyncDisposableStack();
  const { url } = stack.use(await startPostgres());
  const client = stack.adopt(new Client({ connectionString: url }), (open) => open.end());
  await client.connect();
  const withStore = async (work: (store: Store) => Promise<void>): Promise<void> => {
    await using store = await openStore({ url: secret(url), key, clock: systemClock });
    await work(store);
  };
  await withStore(fill);
  const kept = stack.move();
  return { client, withStore, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

describe('what a running router asks of PostgreSQL again and again', () => {
  it('reads nothing of what is closed when it counts what is not', async () => {
    await using database = await openFilled();
    const { client, withStore } = database;
    await client.query(`update delivery set state = 'closed' where id not in ('7.1', '7.2')`);
    await client.query('vacuum analyze');
    const before = await rowsRead(client);
    await withStore(async ({ deliveries }) => {
      expect([...(await deliveries.counts())]).toMatchObject([['mailbox 7', { open: 2, dead: 0 }]]);
      expect((await deliveries.counts('mailbox 7')).size).toBe(1);
    });
    await expect.poll(() => rowsRead(client)).toBeGreaterThan(before);
    expect((await rowsRead(client)) - before).toBeLessThan(20); // of 5,000
  });

  it.each(['before', 'after'])('reads for a claim what that can take, however much is open, %s the server has learned how much that is', async (when) => {
    await using database = await openFilled();
    const { client, withStore } = database;
    if (when === 'after') await client.query('analyze');
    const before = await rowsRead(client);
    await withStore(async ({ deliveries }) => {
      for (let claim = 0; claim < CLAIMS; claim += 1) expect(await deliveries.claim({ limit: 1, perMailbox: 1, visibilityMs: 60_000, maxAttempts: 5 })).toHaveLength(1);
    });
    await expect.poll(() => rowsRead(client)).toBeGreaterThan(before);
    const perClaim = ((await rowsRead(client)) - before) / CLAIMS;
    expect(perClaim).toBeLessThan(MAILBOXES * 8); // a plain join reads all that is open, twice: 10,000
  });
});
