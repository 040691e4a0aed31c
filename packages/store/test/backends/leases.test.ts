import { describe, expect, it } from 'vitest';
import { fence } from '../../src/leases/fence.ts';
import { createLeases } from '../../src/leases/leases.ts';
import { backends, type BackendPlace } from '../backends.ts';

const DURATION_MS = 300;

async function withMailbox(place: BackendPlace) {
  await place.open();
  const database = await place.openDatabase();
  await database.db.insertInto('mailbox').values({ id: 'sales', address: 'sales@contoso.com', state: 'active', next_sequence: 1, created_at: 0, updated_at: 0 }).execute();
  return { database, leases: createLeases(database, DURATION_MS) };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe.each(backends)('a lease on $name', ({ makePlace }) => {
  it('is one process’s at a time, in each direction', async () => {
    await using place = await makePlace();
    const { leases } = await withMailbox(place);
    expect(await leases.acquire('sales', 'receive', 'one')).toEqual({ mailbox: 'sales', direction: 'receive', epoch: 1 });
    expect(await leases.acquire('sales', 'receive', 'two')).toBeUndefined();
    expect(await leases.acquire('sales', 'send', 'two')).toEqual({ mailbox: 'sales', direction: 'send', epoch: 1 });
    expect(await leases.list()).toMatchObject([{ direction: 'receive', owner: 'one', epoch: 1 }, { direction: 'send', owner: 'two', epoch: 1 }]);
  });

  it('has another epoch with every acquisition, also of the same owner', async () => {
    await using place = await makePlace();
    const { leases } = await withMailbox(place);
    const first = await leases.acquire('sales', 'receive', 'one');
    expect(await leases.acquire('sales', 'receive', 'one')).toMatchObject({ epoch: 2 });
    expect(first && (await leases.keep(first))).toBe(false);
    const [second] = await leases.list();
    if (second) await leases.release(second);
    expect(await leases.acquire('sales', 'receive', 'two')).toMatchObject({ epoch: 3 });
  });

  it('lasts while it is kept, and can be taken when it is over', async () => {
    await using place = await makePlace();
    const { leases } = await withMailbox(place);
    const held = await leases.acquire('sales', 'receive', 'one');
    if (!held) throw new Error('The lease was free.');
    for (let beat = 0; beat < 4; beat += 1) {
      await pause(DURATION_MS / 2);
      expect(await leases.keep(held)).toBe(true);
    }
    expect(await leases.acquire('sales', 'receive', 'two')).toBeUndefined();
    await pause(DURATION_MS + 20);
    expect(await leases.keep(held)).toBe(false); // nobody has taken it, and it is over all the same
    expect(await leases.acquire('sales', 'receive', 'two')).toMatchObject({ epoch: 2 });
  });

  it('is kept together with all others of its owner, and nobody else’s', async () => {
    await using place = await makePlace();
    const { database, leases } = await withMailbox(place);
    await leases.acquire('sales', 'receive', 'one');
    await leases.acquire('sales', 'send', 'two');
    expect(await leases.keepAll('one')).toEqual([{ mailbox: 'sales', direction: 'receive', epoch: 1 }]);
    expect(await leases.keepAll('nobody')).toEqual([]);
    await database.db.updateTable('lease').set({ until: 0 }).execute();
    expect(await leases.keepAll('one')).toEqual([]); // nobody has taken it, and it is over all the same
  });

  it('that was taken is not given back by the one who had it', async () => {
    await using place = await makePlace();
    const { leases } = await withMailbox(place);
    const held = await leases.acquire('sales', 'receive', 'one');
    await pause(DURATION_MS + 20);
    await leases.acquire('sales', 'receive', 'two');
    if (held) await leases.release(held);
    expect(await leases.list()).toMatchObject([{ owner: 'two', epoch: 2 }]);
  });

  it('of a dead process can be taken although the clock of the database was set back', async () => {
    await using place = await makePlace();
    const { database, leases } = await withMailbox(place);
    await leases.acquire('sales', 'receive', 'dead');
    await database.db.updateTable('lease').set((row) => ({ until: row('until', '+', 3_600_000) })).execute();
    const [seen] = await leases.list();
    expect(await leases.acquire('sales', 'receive', 'two')).toBeUndefined();
    expect(await leases.acquire('sales', 'receive', 'two', seen && { stale: seen })).toMatchObject({ epoch: 2 });
    expect(await leases.acquire('sales', 'receive', 'three', seen && { stale: seen })).toBeUndefined();
  });

  it('is not to be had on a mailbox that is not there or is being removed', async () => {
    await using place = await makePlace();
    const { database, leases } = await withMailbox(place);
    expect(await leases.acquire('nobody', 'receive', 'one')).toBeUndefined();
    await database.db.updateTable('mailbox').set({ state: 'removed' }).execute();
    expect(await leases.acquire('sales', 'receive', 'one')).toBeUndefined();
  });

  it('is given to one of many who ask at the same time', async () => {
    await using place = await makePlace();
    await withMailbox(place);
    const askers = await Promise.all(Array.from({ length: 5 }, async () => (await place.open()).leases));
    const answers = await Promise.all(askers.flatMap((leases, asker) => [0, 1, 2].map((round) => leases.acquire('sales', 'receive', `${asker}.${round}`))));
    expect(answers.filter((answer) => answer !== undefined)).toEqual([{ mailbox: 'sales', direction: 'receive', epoch: 1 }]);
  });
});

describe.each(backends)('a transaction behind the fence on $name', ({ name, makePlace }) => {
  it('writes for the holder, and for nobody whose lease is over or another’s', async () => {
    await using place = await makePlace();
    const { database, leases } = await withMailbox(place);
    const held = await leases.acquire('sales', 'receive', 'one');
    if (!held) throw new Error('The lease was free.');
    const write = (epoch: number): Promise<unknown> =>
      database.transaction(async (transaction) => {
        await fence(database, transaction, { ...held, epoch });
        await transaction.updateTable('mailbox').set({ address: `by ${epoch}` }).execute();
      });
    await write(1);
    await expect(write(2)).rejects.toMatchObject({ code: 'lease.lost', retry: 'safe', affects: 'mailbox' });
    await pause(DURATION_MS + 20);
    await expect(write(1)).rejects.toMatchObject({ code: 'lease.lost' });
    await leases.acquire('sales', 'receive', 'two');
    await expect(write(1)).rejects.toMatchObject({ code: 'lease.lost' });
    await write(2);
    expect(await database.db.selectFrom('mailbox').select('address').executeTakeFirst()).toEqual({ address: 'by 2' });
  });

  it('lets nobody take the lease before it has ended, and none who waited for it write at an epoch that is over', async () => {
    await using place = await makePlace();
    const { database, leases } = await withMailbox(place);
    const other = await place.openDatabase();
    const held = await leases.acquire('sales', 'receive', 'one');
    if (!held) throw new Error('The lease was free.');
    const events: string[] = [];
    const [fenced, free] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const first = database.transaction(async (transaction) => {
      await fence(database, transaction, held);
      fenced.resolve();
      await free.promise;
      events.push('first has written');
    });
    await fenced.promise;
    await pause(DURATION_MS + 20); // over by the clock, and still locked
    const freeing = pause(100).then(free.resolve);
    const take = async (): Promise<void> => {
      // The embedded database would block this process while it waits: there it is asked afterwards.
      if (name === 'SQLite') await first;
      const next = await createLeases(other, DURATION_MS).acquire('sales', 'receive', 'two');
      events.push(`taken as ${next?.epoch}`);
    };
    const taken = take();
    await Promise.all([first, taken, freeing]);
    expect(events).toEqual(['first has written', 'taken as 2']);
    await expect(database.transaction((transaction) => fence(database, transaction, held))).rejects.toMatchObject({ code: 'lease.lost' });
  });
});
