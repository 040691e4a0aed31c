import type { LedgerWrite, Store } from '@signalbox/store';
import { describe, expect, it } from 'vitest';
import { subjects } from './memory-world.ts';
import { type Door, openTenant } from './tenant-world.ts';

const AT = new Date('2026-11-25T10:00:00Z');
const HOUR = 3_600_000;
const QUIET = { timeoutMs: 1500 };

/** Identity cases whose right answer might come by chance: each is put to a router that lacks the one thing it is about, too. */

describe.each(['imap', 'graph'] as const)('a copy that a person brings back of a letter that the router moved away, through %s', (door) => {
  it('is delivered: 2, marked', async () => {
    const { first, second } = await copyAfterOwnMove(door);
    expect(second).toMatchObject([{ subject: 'one', sameMessageIdAs: first }]);
  });
});

describe('that case', () => {
  it('catches a router that does not write down where its moves have led', async () => {
    const { second } = await copyAfterOwnMove('imap', forgettingMoves);
    expect(second).toEqual([]);
  });
});

describe('a letter that was moved out and back before the first delta could tell of it', () => {
  it('is delivered within one audit interval: 1', async () => {
    expect(await outAndBackAtOnce({ auditMs: 2_000 })).toEqual(['unseen']);
  });

  it('would not be by a router that lists nothing: this case catches it', async () => {
    expect(await outAndBackAtOnce({ auditMs: HOUR })).toEqual([]);
  });
});

async function copyAfterOwnMove(door: Door, sabotage?: (store: Store) => Store) {
  await using world = await openTenant(door, { more: ', onAck: { move: archive }', ...(sabotage && { sabotage }) });
  await world.connected();
  world.arrive('one', { at: AT });
  const [delivery] = await world.take(1);
  await expect.poll(() => world.account.folder('archive')!.messages.length, { timeout: 10_000 }).toBe(1);
  await expect.poll(() => world.store.effects.waiting('sales'), { timeout: 10_000 }).toBe(0);
  world.account.copy(world.account.folder('archive')!.messages[0]!, 'inbox');
  return { first: delivery?.id, second: await world.take(1, sabotage ? QUIET : {}) };
}

/** The three happen at once: no answer of the server falls in between. */
async function outAndBackAtOnce(settings: { readonly auditMs: number }) {
  await using world = await openTenant('graph', { settings });
  await world.connected();
  await world.swept();
  world.account.move(world.account.move(world.arrive('unseen', { at: AT }), 'archive'), 'inbox');
  await world.swept();
  return subjects(await world.take(1, settings.auditMs === HOUR ? QUIET : {}));
}

function forgettingMoves(store: Store): Store {
  const isMove = ({ rebound, gone, deliveries, cursor, run }: LedgerWrite): boolean => !deliveries && !cursor && !run && (rebound ?? gone) !== undefined;
  return { ...store, ledger: { ...store.ledger, record: async (write) => (isMove(write) ? undefined : store.ledger.record(write)) }, [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() };
}
