import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LedgerObject, Place } from '../../src/ledger/objects.ts';
import { backends } from '../backends.ts';
import { delivery, DOOR, type LedgerWorld, openWorld, T0 } from '../ledger-world.ts';

let world: LedgerWorld;

const place = (key: string, folder = 'INBOX'): Place => ({ door: DOOR, folder, key });
const known = (mailbox: string, ...sightings: { key: string; idKey?: string; factsKey?: string; arrivedAt?: number }[]): Promise<readonly LedgerObject[]> =>
  world.ledger.known({
    mailbox,
    toleranceMs: 2000,
    byFacts: false,
    sightings: sightings.map(({ key, idKey, factsKey = 'other facts', arrivedAt = T0 }) => ({ ...place(key), factsKey, arrivedAt, ...(idKey !== undefined && { idKey }) })),
  });

describe.each(backends)('the ledger on $name', (backend) => {
  beforeAll(async () => {
    world = await openWorld(backend);
  });
  afterAll(() => world[Symbol.asyncDispose]());

  it('writes deliveries, refs, baseline and cursor together, and finds them by ref, by Message-ID and by facts', async () => {
    const holding = await world.hold('together');
    await world.ledger.record({
      holding,
      deliveries: [delivery('t1'), delivery('t2', { sameMessageAs: 't1' })],
      baseline: [{ ...place('1.old'), idKey: 'old', factsKey: 'f', arrivedAt: T0 - 1000 }, { ...place('1.bare'), factsKey: 'bare', arrivedAt: T0 }],
      cursor: { door: DOOR, folder: 'INBOX', cursor: 'c1', sweptAt: 5, state: 'delivering' },
      run: { door: DOOR, folder: 'INBOX', state: 'running', position: 'p' },
    });
    expect(await world.ledger.cursor('together', { door: DOOR, folder: 'INBOX' })).toEqual({ cursor: 'c1', sweptAt: 5, state: 'delivering' });
    expect(await world.ledger.run('together', { door: DOOR, folder: 'INBOX' })).toMatchObject({ state: 'running', position: 'p', beganAt: expect.any(Number) });
    expect((await known('together', { key: '1.t1' })).map(({ id }) => id)).toEqual(['t1']);
    expect(await known('together', { key: 'x', idKey: 'id of t2', arrivedAt: T0 + 2000 })).toMatchObject([{ id: 't2', kind: 'delivery', refs: [{ key: '1.t2', gone: false }] }]);
    expect(await known('together', { key: 'x', idKey: 'id of t2', arrivedAt: T0 + 2001 })).toEqual([]);
    expect(await known('together', { key: 'x', idKey: 'old' }, { key: 'y', factsKey: 'bare' })).toMatchObject([{ kind: 'baseline' }, { kind: 'baseline' }]);
    expect(await known('elsewhere', { key: '1.t1' })).toEqual([]);
    expect(await world.ledger.firstWithId('together', ['id of t1', 'none'])).toEqual(new Map([['id of t1', 't1']]));
  });

  it('writes nothing at all for a lease that is over', async () => {
    const earlier = await world.hold('fenced');
    const later = await world.hold('fenced');
    expect(later.epoch).toBe(earlier.epoch + 1);
    await expect(world.ledger.record({ holding: earlier, deliveries: [delivery('late')] })).rejects.toMatchObject({ code: 'lease.lost' });
    expect(await world.deliveries.get('late')).toBeUndefined();
    await world.ledger.record({ holding: later, deliveries: [delivery('late')] });
    expect(await world.deliveries.get('late')).toMatchObject({ sequence: 1, state: 'open' });
  });

  it('writes nothing of a batch of which one row fails', async () => {
    const holding = await world.hold('atomic');
    await world.ledger.record({ holding, deliveries: [delivery('a1')] });
    const batch = { holding, deliveries: [delivery('a2'), delivery('a1')], cursor: { door: DOOR, folder: 'INBOX', cursor: 'c2', sweptAt: 9, state: 'delivering' as const } };
    await expect(world.ledger.record(batch)).rejects.toThrow(/unique/i);
    expect(await world.deliveries.get('a2')).toBeUndefined();
    expect(await world.ledger.cursor('atomic', { door: DOOR, folder: 'INBOX' })).toBeUndefined();
    await world.ledger.record({ holding, deliveries: [delivery('a3')] });
    expect(await world.deliveries.get('a3')).toMatchObject({ sequence: 2 });
  });

  it('moves a known object to its new place, delivery or baseline', async () => {
    const holding = await world.hold('moved');
    await world.ledger.record({ holding, deliveries: [delivery('m1')], baseline: [{ ...place('1.b'), idKey: 'b', factsKey: 'b', arrivedAt: T0 }] });
    const [first] = await known('moved', { key: '1.m1' });
    const [second] = await known('moved', { key: '1.b' });
    const rebound = [first, second].filter((object) => object !== undefined).map((object, index) => ({ object, place: place(`2.${index}`) }));
    await world.ledger.record({ holding, rebound });
    expect(await known('moved', { key: '1.m1' }, { key: '1.b' })).toEqual([]);
    expect(await known('moved', { key: '2.0' }, { key: '2.1' })).toMatchObject([
      { id: 'm1', refs: [{ key: '2.0' }] },
      { kind: 'baseline', idKey: 'b', refs: [{ key: '2.1' }] },
    ]);
  });

  it('gives a key that was used anew to the message that has it now', async () => {
    const holding = await world.hold('reused');
    await world.ledger.record({ holding, deliveries: [delivery('r1')], baseline: [{ ...place('1.b'), factsKey: 'b', arrivedAt: T0 }] });
    await world.ledger.record({ holding, notBaseline: [place('1.b')], deliveries: [delivery('r2', { place: place('1.r1') }), delivery('r3', { place: place('1.b') })] });
    expect((await known('reused', { key: '1.r1' }, { key: '1.b' })).map(({ id }) => id).toSorted()).toEqual(['r2', 'r3']);
    expect(await world.deliveries.refs('r1')).toEqual([]);
  });

  it('notes what is gone, and what came back', async () => {
    const holding = await world.hold('gone');
    await world.ledger.record({ holding, deliveries: [delivery('g1')] });
    await world.ledger.record({ holding, gone: [place('1.g1'), place('unknown')] });
    expect(await world.deliveries.refs('g1')).toMatchObject([{ gone: true }]);
    await world.ledger.record({ holding, returned: [place('1.g1')] });
    expect(await world.deliveries.refs('g1')).toMatchObject([{ gone: false }]);
  });

  it('tells page by page under which keys of a folder it believes messages, but where something is still to be done with one', async () => {
    const holding = await world.hold('held');
    const effect = { kind: 'move', target: 'Done' };
    await world.ledger.record({ holding, deliveries: [...['h1', 'h2', 'h3', 'h4'].map((id) => delivery(id)), delivery('h5', { effect }), delivery('h6', { place: { ...place('1.h6'), folder: 'Archive' } })], gone: [place('1.h2')] });
    const inbox = { mailbox: 'held', door: DOOR, folder: 'INBOX' };
    const first = await world.ledger.held({ ...inbox, limit: 2 });
    expect(first).toEqual(['1.h1', '1.h3']);
    expect(await world.ledger.held({ ...inbox, after: first.at(-1)!, limit: 2 })).toEqual(['1.h4']);
    const [moved] = await world.effects.claim(holding, { limit: 1, visibilityMs: 1_000 });
    await world.effects.done([moved!.id]);
    expect(await world.ledger.held({ ...inbox, after: '1.h4', limit: 2 })).toEqual(['1.h5']);
  });

  it('keeps what a shadowing reader saw, once', async () => {
    const holding = await world.hold('shadowed');
    const sighting = { ...place('x'), idKey: 'i', factsKey: 'f', arrivedAt: T0 };
    await world.ledger.record({ holding, sightings: [sighting] });
    await world.ledger.record({ holding, sightings: [{ ...sighting, boundTo: 's1' }] });
    const rows = await world.database.db.selectFrom('sighting').select(['key', 'bound_to']).where('mailbox', '=', 'shadowed').execute();
    expect(rows).toEqual([{ key: 'x', bound_to: 's1' }]);
  });

  it('takes at least 5,000 rows a second in batches', async () => {
    const holding = await world.hold('many');
    const [batches, size] = [20, 500];
    const began = performance.now();
    for (let batch = 0; batch < batches; batch += 1) {
      const deliveries = Array.from({ length: size }, (_, index) => delivery(`${batch}-${index}`));
      await world.ledger.known({ mailbox: 'many', toleranceMs: 2000, byFacts: false, sightings: deliveries.map((one) => ({ ...one, ...one.place })) });
      await world.ledger.record({ holding, deliveries, cursor: { door: DOOR, folder: 'INBOX', cursor: `c${batch}`, sweptAt: batch, state: 'delivering' } });
    }
    const rows = 2 * batches * size; // a delivery and its ref
    const perSecond = rows / ((performance.now() - began) / 1000);
    console.log(`${backend.name}: ${Math.round(perSecond)} ledger rows a second, in batches of ${size} messages`);
    expect(perSecond).toBeGreaterThan(5000);
  });
});
