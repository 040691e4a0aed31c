import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClaimRequest } from '../../src/deliveries/claim.ts';
import { backends } from '../backends.ts';
import { delivery, type LedgerWorld, openWorld, T0 } from '../ledger-world.ts';

let world: LedgerWorld;

const claim = (mailboxes: readonly string[], request: Partial<ClaimRequest> = {}) =>
  world.deliveries.claim({ limit: 10, perMailbox: 10, visibilityMs: 60_000, maxAttempts: 5, mailboxes, ...request });
const ids = (deliveries: readonly { readonly id: string }[]): string[] => deliveries.map(({ id }) => id);

async function filled(mailbox: string, count: number) {
  const holding = await world.hold(mailbox);
  await world.ledger.record({ holding, deliveries: Array.from({ length: count }, (_, index) => delivery(`${mailbox}${index + 1}`, { arrivedAt: T0 + index })) });
  return holding;
}

describe.each(backends)('deliveries on $name', (backend) => {
  beforeAll(async () => {
    world = await openWorld(backend);
  });
  afterAll(() => world[Symbol.asyncDispose]());

  it('are handed over in order, once, with the facts that were recorded', async () => {
    await filled('a', 3);
    const first = await claim(['a'], { limit: 2 });
    expect(first).toMatchObject([
      { id: 'a1', sequence: 1, attempts: 1, facts: '{"subject":"about a1"}', receipt: expect.any(String) },
      { id: 'a2', sequence: 2 },
    ]);
    expect(ids(await claim(['a']))).toEqual(['a3']);
    expect(await claim(['a'])).toEqual([]);
  });

  it('are handed over in turns over mailboxes, however much one of them has', async () => {
    await filled('b', 30);
    await filled('c', 2);
    await filled('d', 1);
    const claimed = ids(await claim(['b', 'c', 'd'], { limit: 6 }));
    expect(claimed).toEqual(expect.arrayContaining(['b1', 'b2', 'c1', 'c2', 'd1']));
    expect(ids(await claim(['b', 'c', 'd'], { limit: 100, perMailbox: 4 }))).toHaveLength(4);
  });

  it('begin behind the mailbox that had its turn last, so that none waits for what others have', async () => {
    for (const mailbox of ['p', 'q', 'r', 's']) await filled(mailbox, 3);
    const all = ['p', 'q', 'r', 's'];
    expect(ids(await claim(all, { limit: 3 }))).toEqual(['p1', 'q1', 'r1']);
    expect(ids(await claim(all, { limit: 3, after: 'r' }))).toEqual(['s1', 'p2', 'q2']);
    expect(ids(await claim(all, { limit: 3, perMailbox: 1, after: 'q' }))).toEqual(['r2', 's2', 'p3']);
    expect(ids(await claim(all, { limit: 6, after: 'p' }))).toEqual(['q3', 'r3', 's3']);
  });

  it('are handed over again under their id once the time is over, with another receipt', async () => {
    await filled('e', 1);
    const [first] = await claim(['e'], { visibilityMs: 30 });
    await setTimeout(50);
    const [second] = await claim(['e']);
    expect(second).toMatchObject({ id: 'e1', attempts: 2 });
    expect(second?.receipt).not.toBe(first?.receipt);
    await expect(world.deliveries.nack('e1', first?.receipt ?? '', { delayMs: 0, maxAttempts: 5 })).rejects.toMatchObject({ code: 'receipt.stale' });
    expect(await world.deliveries.nack('e1', second?.receipt ?? '', { delayMs: 0, maxAttempts: 5, error: 'busy' })).toBe('open');
    expect(ids(await claim(['e']))).toEqual(['e1']);
  });

  it('stay with whoever extends them in time, and with nobody whose receipt is old', async () => {
    await filled('x', 1);
    const [first] = await claim(['x'], { visibilityMs: 30 });
    const until = await world.deliveries.extend('x1', first?.receipt ?? '', 60_000);
    await setTimeout(50);
    expect([until - (first?.claimedUntil ?? 0) > 50_000, await claim(['x'])]).toEqual([true, []]);
    await world.deliveries.extend('x1', first?.receipt ?? '', 0);
    const [second] = await claim(['x']);
    expect([second?.id, second?.attempts]).toEqual(['x1', 2]);
    await expect(world.deliveries.extend('x1', first?.receipt ?? '', 1000)).rejects.toMatchObject({ code: 'receipt.stale' });
    await world.deliveries.ack({ ids: ['x1'] });
    await expect(world.deliveries.extend('x1', second?.receipt ?? '', 1000)).rejects.toMatchObject({ code: 'receipt.stale' });
    await expect(world.deliveries.extend('nobody', '', 1000)).rejects.toMatchObject({ code: 'delivery.not-found' });
  });

  it('are handed over and acknowledged without facts where those do not open, and hold up no others', async () => {
    const holding = await filled('y', 2);
    const damaged = { sealed: Buffer.alloc(60).toString('base64') };
    await world.database.db.updateTable('delivery').set(damaged).where('id', '=', 'y1').execute();
    expect((await claim(['y'])).map(({ id, facts, unreadable }) => [id, facts, unreadable])).toEqual([
      ['y1', undefined, 'config.invalid'],
      ['y2', '{"subject":"about y2"}', undefined],
    ]);
    const effectOf = () => ({ kind: 'move', target: { role: 'archive' } });
    expect(await world.deliveries.ack({ ids: ['y1', 'y2'], effectOf })).toHaveLength(2);
    await world.database.db.updateTable('effect').set(damaged).where('mailbox', '=', 'y').execute();
    const effects = await world.effects.claim(holding, { limit: 10, visibilityMs: 60_000 });
    expect(effects.map(({ target, unreadable }) => [target, unreadable])).toEqual([[undefined, 'config.invalid'], [undefined, 'config.invalid']]);
  });

  it('are closed for ever by the first acknowledgement, whoever has them', async () => {
    await filled('f', 2);
    const [first] = await claim(['f'], { visibilityMs: 1 });
    await setTimeout(10);
    await claim(['f']);
    expect(await world.deliveries.ack({ ids: ['f1', 'f2', 'none'] })).toEqual([{ id: 'f1', mailbox: 'f' }, { id: 'f2', mailbox: 'f' }]);
    expect(await world.deliveries.ack({ ids: ['f1'] })).toEqual([]);
    expect(await world.deliveries.get('f1')).toEqual(expect.not.objectContaining({ facts: expect.anything() }));
    await expect(world.deliveries.nack('f1', first?.receipt ?? '', { delayMs: 0, maxAttempts: 5 })).rejects.toMatchObject({ code: 'receipt.stale' });
    expect(await claim(['f'])).toEqual([]);
  });

  it('keep the trace of how they were received while they are open, and leave it to what is then to be done', async () => {
    const trace = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const holding = await world.hold('t');
    await world.ledger.record({ holding, deliveries: [delivery('t1', { trace }), delivery('t2')] });
    const [traced, other] = await claim(['t']);
    expect([traced?.trace, other?.trace]).toEqual([trace, undefined]);
    await world.deliveries.ack({ ids: ['t1'], effectOf: () => ({ kind: 'mark-read' }) });
    expect((await world.deliveries.get('t1'))?.trace).toBeUndefined();
    expect(await world.effects.claim(holding, { limit: 1, visibilityMs: 60_000 })).toMatchObject([{ delivery: 't1', trace }]);
  });

  it('let the others pass while one has to wait', async () => {
    await filled('g', 3);
    const [first] = await claim(['g'], { limit: 1 });
    await world.deliveries.nack('g1', first?.receipt ?? '', { delayMs: 60_000, maxAttempts: 5 });
    expect(ids(await claim(['g']))).toEqual(['g2', 'g3']);
  });

  it('are dead after so many attempts, refused or unanswered, and come back when replayed', async () => {
    await filled('h', 2);
    const [first] = await claim(['h'], { limit: 1 });
    expect(await world.deliveries.nack('h1', first?.receipt ?? '', { delayMs: 0, maxAttempts: 1, error: 'cannot read it' })).toBe('dead');
    await claim(['h'], { visibilityMs: 1 });
    await setTimeout(10);
    expect(await claim(['h'], { maxAttempts: 1 })).toEqual([]);
    expect(await world.deliveries.list({ mailbox: 'h', state: 'dead', limit: 10 })).toMatchObject([
      { id: 'h1', error: 'cannot read it' },
      { id: 'h2', error: 'It was handed over too often without an answer.' },
    ]);
    expect(await world.deliveries.counts('h')).toEqual(new Map([['h', { open: 0, dead: 2 }]]));
    await world.deliveries.replay('h2');
    await expect(world.deliveries.replay('h2')).rejects.toMatchObject({ code: 'delivery.not-found' });
    expect(await claim(['h'])).toMatchObject([{ id: 'h2', attempts: 1 }]);
    expect(ids(await world.deliveries.ack({ ids: ['h1'] }))).toEqual(['h1']);
  });

  it('are due at once for a new holder of the mailbox', async () => {
    const earlier = await filled('i', 1);
    await claim(['i']);
    const holding = await world.hold('i');
    await expect(world.deliveries.takeOver(earlier)).rejects.toMatchObject({ code: 'lease.lost' });
    expect(await world.deliveries.takeOver(holding)).toBe(1);
    expect(ids(await claim(['i']))).toEqual(['i1']);
  });

  it('that nobody has seen can be given back, as if they had not been claimed', async () => {
    await filled('m', 2);
    const [first, second] = await claim(['m']);
    await world.deliveries.giveBack([{ id: 'm1', receipt: first?.receipt ?? '' }, { id: 'm2', receipt: 'of somebody else' }]);
    expect(await claim(['m'])).toMatchObject([{ id: 'm1', attempts: 1 }]);
    expect(await world.deliveries.get('m2')).toMatchObject({ receipt: second?.receipt });
  });

  it('are claimed for more mailboxes than a statement has parameters', async () => {
    await filled('many', 1);
    expect(ids(await claim([...Array.from({ length: 70_000 }, (_, index) => `none${index}`), 'many']))).toEqual(['many1']);
  });

  it('are claimed about as quickly when many are open', { timeout: 60_000 }, async () => {
    const mailboxes = Array.from({ length: 20 }, (_, index) => `full${index}-`);
    for (const mailbox of mailboxes) await filled(mailbox, 500);
    const began = performance.now();
    for (let round = 0; round < 5; round += 1) expect(await claim(mailboxes, { limit: 50, perMailbox: 4 })).toHaveLength(50);
    // A plan that looks at every open row takes seconds.
    expect((performance.now() - began) / 5).toBeLessThan(250);
  });

  it('are never handed to two who ask at the same time', async () => {
    await filled('j', 40);
    const claims = await Promise.all(Array.from({ length: 8 }, () => claim(['j'], { limit: 10, perMailbox: 10 })));
    const claimed = claims.flatMap(ids);
    expect(new Set(claimed).size).toBe(claimed.length);
    expect(claimed.length).toBeGreaterThanOrEqual(10);
  });
});

describe.each(backends)('effects on $name', (backend) => {
  beforeAll(async () => {
    world = await openWorld(backend);
  });
  afterAll(() => world[Symbol.asyncDispose]());

  it('are journaled with the acknowledgement, once, and kept until they are done', async () => {
    const holding = await filled('k', 2);
    const effectOf = () => ({ kind: 'move', target: { role: 'archive' } });
    await world.deliveries.ack({ ids: ['k1', 'k2'], effectOf });
    await world.deliveries.ack({ ids: ['k1'], effectOf });
    expect(await world.effects.waiting('k')).toBe(2);
    expect(await world.effects.due()).toEqual(['k']);
    const [first, second] = await world.effects.claim(holding, { limit: 10, visibilityMs: 60_000 });
    expect(first).toMatchObject({ kind: 'move', facts: { subject: expect.any(String) }, target: { role: 'archive' }, attempts: 1, deadline: expect.any(Number) });
    expect(await world.effects.claim(holding, { limit: 10, visibilityMs: 60_000 })).toEqual([]);
    await world.effects.done([first?.id ?? '']);
    await world.effects.retry(second?.id ?? '', 0, 'throttled');
    expect(await world.effects.claim(holding, { limit: 10, visibilityMs: 60_000 })).toMatchObject([{ id: second?.id, attempts: 2 }]);
    await world.effects.failed(second?.id ?? '', 'message.not-found');
    expect(await world.effects.waiting('k')).toBe(0);
  });

  it('that an earlier holder had begun are due at once for the next one', async () => {
    const earlier = await filled('n', 1);
    await world.deliveries.ack({ ids: ['n1'], effectOf: () => ({ kind: 'mark-read' }) });
    expect(await world.effects.claim(earlier, { limit: 1, visibilityMs: 60_000 })).toHaveLength(1);
    const holding = await world.hold('n');
    expect(await world.effects.claim(holding, { limit: 1, visibilityMs: 60_000 })).toMatchObject([{ kind: 'mark-read', attempts: 2 }]);
    expect(await world.effects.claim(holding, { limit: 1, visibilityMs: 60_000 })).toEqual([]);
  });

  it('that an earlier holder had begun can be had first, of one kind and without the others', async () => {
    const earlier = await filled('q', 3);
    for (const [id, kind] of [['q1', 'move'], ['q2', 'mark-read']] as const) await world.deliveries.ack({ ids: [id], effectOf: () => ({ kind }) });
    expect(await world.effects.claim(earlier, { limit: 10, visibilityMs: 60_000 })).toHaveLength(2);
    const holding = await world.hold('q');
    await world.deliveries.ack({ ids: ['q3'], effectOf: () => ({ kind: 'move' }) });
    expect(await world.effects.claim(holding, { limit: 10, visibilityMs: 60_000, begunOfKind: 'move' })).toMatchObject([{ delivery: 'q1' }]);
    expect(await world.effects.claim(holding, { limit: 10, visibilityMs: 60_000, begunOfKind: 'move' })).toEqual([]);
    expect(await world.effects.claim(holding, { limit: 10, visibilityMs: 60_000 })).toHaveLength(2);
  });

  it('can come with a delivery', async () => {
    const holding = await world.hold('o');
    await world.ledger.record({ holding, deliveries: [delivery('o1', { effect: { kind: 'read-report' } }), delivery('o2')] });
    expect(await world.effects.claim(holding, { limit: 10, visibilityMs: 60_000 })).toMatchObject([{ delivery: 'o1', kind: 'read-report', facts: { subject: 'about o1' } }]);
  });

  it('are not for a late holder', async () => {
    const earlier = await filled('l', 1);
    await world.hold('l');
    await expect(world.effects.claim(earlier, { limit: 1, visibilityMs: 1000 })).rejects.toMatchObject({ code: 'lease.lost' });
  });
});
