import { secret } from '@signalbox/core';
import type { Store } from '../../src/index.ts';
import { describe, expect, it } from 'vitest';
import { backends } from '../backends.ts';

const revision = (text: string, after: number) => ({ text: secret(text), digest: `digest of ${text}`, summary: text, who: 'operator', after });
const planned = (id: string, mailbox = 'sales') => ({ id, mailbox, plan: { to: 'another' }, who: 'operator' });

const storeOf = async (store: Store): Promise<Store> => {
  for (const id of ['sales', 'support']) await store.mailboxes.put({ id, address: `${id}@b.c` });
  await store.revisions.deploy(revision('before', 0));
  return store;
};

const stepsOf = async ({ journal }: Store, id: string): Promise<readonly string[]> => (await journal.read('sales', id)).map(({ step, what }) => `${step} ${what}`);

describe.each(backends)('switches on $name', ({ makePlace }) => {
  it('go from state to state, and the journal tells each step with its detail', async () => {
    await using place = await makePlace();
    const store = await storeOf(await place.open());
    const { switches, journal } = store;
    expect(await switches.begin(planned('s1'))).toMatchObject({ id: 's1', mailbox: 'sales', state: 'planned', plan: { to: 'another' }, who: 'operator', createdAt: expect.any(Date) });
    expect(await switches.advance('s1', { from: ['planned'], to: 'checked', who: 'operator', detail: { agreed: 3 } })).toMatchObject({ state: 'checked' });
    const flipped = await switches.flip('s1', { from: ['checked'], to: 'soaking', who: 'operator', soakMs: 3_600_000, revision: revision('after', 1) });
    expect(flipped).toMatchObject({ record: { state: 'soaking', revision: 2 }, revision: { number: 2 } });
    expect((flipped?.record.soakUntil?.getTime() ?? 0) - (flipped?.record.updatedAt.getTime() ?? 0)).toBe(3_600_000);
    expect((await store.revisions.text(2))?.reveal()).toBe('after');
    expect(await switches.advance('s1', { from: ['soaking'], to: 'completed', who: 'operator' })).toMatchObject({ state: 'completed' });
    expect((await journal.read('sales', 's1')).map(({ step, what, detail }) => [step, what, detail])).toEqual([
      [1, 'planned', { to: 'another' }],
      [2, 'checked', { agreed: 3 }],
      [3, 'soaking', { revision: 2 }],
      [4, 'completed', undefined],
    ]);
    const audited = await store.audit.list({ limit: 10 });
    expect(audited.map(({ what }) => what).toSorted()).toEqual(['switch-checked', 'switch-completed', 'switch-planned', 'switch-soaking']);
    expect(audited.find(({ what }) => what === 'switch-soaking')).toMatchObject({ who: 'operator', subject: 'sales', detail: { switch: 's1', revision: 2 } });
  });

  it('are completed when they have soaked long enough, once', async () => {
    await using place = await makePlace();
    const { switches } = await storeOf(await place.open());
    for (const [after, [id, mailbox, soakMs]] of [['long', 'sales', 3_600_000] as const, ['short', 'support', 0] as const].entries()) {
      await switches.begin(planned(id, mailbox));
      await switches.flip(id, { from: ['planned'], to: 'soaking', who: 'operator', soakMs, revision: revision(id, after + 1) });
    }
    expect((await switches.complete('the router')).map(({ id, state }) => [id, state])).toEqual([['short', 'completed']]);
    expect([await switches.complete('the router'), (await switches.get('long'))?.state]).toEqual([[], 'soaking']);
  });

  it('are one for each mailbox until they are over, also where several begin at the same moment', async () => {
    await using place = await makePlace();
    const stores = [await storeOf(await place.open()), await place.open(), await place.open()];
    const begun = await Promise.allSettled(stores.map(({ switches }, index) => switches.begin(planned(`s${index}`))));
    expect(begun.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected', 'rejected']);
    const refusals = begun.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []));
    for (const refusal of refusals) expect(refusal).toMatchObject({ code: 'switch.refused', remedy: { who: 'operator' } });
    const { switches } = stores[0]!;
    await switches.begin(planned('other', 'support'));
    const id = (await switches.underWay('sales'))?.id ?? '';
    await switches.advance(id, { from: ['planned', 'checked'], to: 'cancelled', who: 'operator' });
    expect([await switches.underWay('sales'), (await switches.begin(planned('next'))).state]).toEqual([undefined, 'planned']);
    expect((await switches.list({ mailbox: 'sales', limit: 10 })).map((each) => each.state).toSorted()).toEqual(['cancelled', 'planned']);
    expect((await switches.list({ states: ['planned'], limit: 10 })).map((each) => each.id).toSorted()).toEqual(['next', 'other']);
    await expect(switches.begin(planned('s9', 'nobody'))).rejects.toMatchObject({ code: 'mailbox.unknown' });
  });

  it('take a step once, whoever comes at the same moment', async () => {
    await using place = await makePlace();
    const stores = [await storeOf(await place.open()), await place.open(), await place.open()];
    await stores[0]?.switches.begin(planned('s1'));
    const taken = await Promise.all(stores.map(({ switches }) => switches.advance('s1', { from: ['planned'], to: 'checked', who: 'operator' })));
    expect(taken.filter((each) => each !== undefined)).toHaveLength(1);
    const flips = await Promise.allSettled(stores.map(({ switches }) => switches.flip('s1', { from: ['checked'], to: 'soaking', who: 'operator', soakMs: 1000, revision: revision('after', 1) })));
    expect(flips.flatMap((each) => (each.status === 'fulfilled' && each.value ? [each.value.revision.number] : []))).toEqual([2]);
    expect(await stepsOf(stores[0]!, 's1')).toEqual(['1 planned', '2 checked', '3 soaking']);
  });

  it('are not flipped, and the journal says nothing, where another revision was deployed meanwhile', async () => {
    await using place = await makePlace();
    const store = await storeOf(await place.open());
    const { switches, revisions } = store;
    await switches.begin(planned('s1'));
    await switches.advance('s1', { from: ['planned'], to: 'checked', who: 'operator' });
    await revisions.deploy(revision('of somebody else', 1));
    await expect(switches.flip('s1', { from: ['checked'], to: 'soaking', who: 'operator', revision: revision('after', 1) })).rejects.toMatchObject({ code: 'config.conflict' });
    expect([(await switches.get('s1'))?.state, await stepsOf(store, 's1'), (await revisions.current())?.number]).toEqual(['checked', ['1 planned', '2 checked'], 2]);
    expect(await switches.flip('s1', { from: ['soaking'], to: 'rolled-back', who: 'operator', revision: revision('after', 2) })).toBeUndefined();
    expect((await revisions.current())?.number).toBe(2);
  });
});
