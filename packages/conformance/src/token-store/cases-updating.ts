import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Secret, secret, type TokenStore } from '@signalbox/core';
import { reasonOf } from '../support/rejects.ts';
import { within } from '../support/within.ts';
import type { TokenStoreCase } from './case.ts';
import { begun, heldChange, holds, plusOne, reveal } from './support.ts';

const EACH = 12;

/** Renews a token that is stale, as a provider does; `requests` counts what the token service would see. */
async function refresh(store: TokenStore, requests: string[]): Promise<string | undefined> {
  const renewed = await store.update('token', async (current) => {
    if (reveal(current) === 'fresh') return current;
    requests.push(reveal(current) ?? 'nothing');
    await sleep(50); // the way to the token service and back
    return secret('fresh');
  });
  return reveal(renewed);
}

export const UPDATING_CASES: readonly TokenStoreCase[] = [
  {
    id: 'tokens/update-answers-what-is-stored',
    title: 'updates from what is stored, from nothing, and to nothing',
    async run({ store }) {
      const seen: (string | undefined)[] = [];
      const to = (next: string | undefined) => async (current: Secret | undefined) => {
        seen.push(reveal(current));
        return next === undefined ? undefined : secret(next);
      };
      assert.equal(reveal(await store.update('key', to('one'))), 'one');
      assert.equal(reveal(await store.update('key', to('two'))), 'two');
      await holds(store, 'key', 'two', 'after two updates');
      assert.equal(await store.update('key', to(undefined)), undefined);
      await holds(store, 'key', undefined, 'after an update to nothing');
      await store.update('key', to(undefined));
      assert.deepEqual(seen, [undefined, 'one', 'two', undefined]);
    },
  },
  {
    id: 'tokens/one-request-for-two-processes',
    title: 'lets two processes that renew at once send one request',
    async run({ store, reopen }, { settleMs }) {
      const other = await reopen();
      await store.write('token', secret('stale'));
      const requests: string[] = [];
      const renewals = [store, other, store, other].map((each) => begun(refresh(each, requests)));
      assert.deepEqual(await within(settleMs, Promise.all(renewals), 'renewing'), ['fresh', 'fresh', 'fresh', 'fresh']);
      assert.deepEqual(requests, ['stale'], 'requests that the token service saw');
    },
  },
  {
    id: 'tokens/loses-no-update',
    title: 'loses none of many updates from two processes',
    async run({ store, reopen }, { settleMs }) {
      const other = await reopen();
      const all = Array.from({ length: EACH }, () => [begun(store.update('count', plusOne)), begun(other.update('count', plusOne))]).flat();
      await within(settleMs, Promise.all(all), 'counting');
      await holds(store, 'count', String(2 * EACH), 'after as many updates');
    },
  },
  {
    id: 'tokens/write-wins',
    title: 'lets a write stand that came while a change was thought about, and asks the change again',
    async run({ store, reopen }, { settleMs }) {
      const other = await reopen();
      await store.write('key', secret('old'));
      const held = heldChange((current) => `renewed ${current}`);
      const update = begun(store.update('key', held.change));
      await within(settleMs, held.begun, 'asking for the change');
      await within(settleMs, other.write('key', secret('replaced')), 'a write, which must not wait');
      await holds(store, 'key', 'replaced', 'while the change is thought about');
      held.letGo();
      assert.equal(reveal(await within(settleMs, update, 'the update')), 'renewed replaced');
      assert.deepEqual(held.asked, ['old', 'replaced']);
    },
  },
  {
    id: 'tokens/same-value-written',
    title: 'asks again also when what came in between is what was there before',
    async run({ store, reopen }, { settleMs }) {
      const other = await reopen();
      await store.write('key', secret('same'));
      const held = heldChange(() => 'next');
      const update = begun(store.update('key', held.change));
      await within(settleMs, held.begun, 'asking for the change');
      await other.write('key', secret('same'));
      held.letGo();
      await within(settleMs, update, 'the update');
      assert.deepEqual(held.asked, ['same', 'same']);
    },
  },
  {
    id: 'tokens/delete-wins',
    title: 'lets a delete stand that came while a change was thought about, and asks the change again',
    async run({ store, reopen }, { settleMs }) {
      const other = await reopen();
      await store.write('key', secret('old'));
      const held = heldChange((current) => current && `renewed ${current}`);
      const update = begun(store.update('key', held.change));
      await within(settleMs, held.begun, 'asking for the change');
      await within(settleMs, other.delete('key'), 'a delete, which must not wait');
      held.letGo();
      assert.equal(await within(settleMs, update, 'the update'), undefined);
      assert.deepEqual(held.asked, ['old', undefined]);
      await holds(store, 'key', undefined, 'after signing out during a renewal');
    },
  },
  {
    id: 'tokens/delete-of-nothing-wins',
    title: 'asks again when a delete came in between where there was nothing yet',
    async run({ store, reopen }, { settleMs }) {
      const other = await reopen();
      const held = heldChange(() => 'new');
      const update = begun(store.update('key', held.change));
      await within(settleMs, held.begun, 'asking for the change');
      await holds(other, 'key', undefined, 'while the first value is thought about');
      await other.delete('key');
      held.letGo();
      assert.equal(reveal(await within(settleMs, update, 'the update')), 'new');
      assert.deepEqual(held.asked, [undefined, undefined]);
    },
  },
  {
    id: 'tokens/failed-change',
    title: 'passes on the failure of a change, stores nothing, and gives the next one its turn',
    async run({ store, reopen }, { settleMs }) {
      const other = await reopen();
      await store.write('key', secret('kept'));
      const failure = new Error('the token service is down');
      const failing = async (): Promise<never> => Promise.reject(failure);
      assert.equal(await reasonOf(within(settleMs, store.update('key', failing), 'the update'), 'an update whose change fails'), failure);
      assert.equal(await reasonOf(store.update('absent', failing), 'an update of nothing whose change fails'), failure);
      await holds(other, 'key', 'kept', 'after a change that failed');
      await holds(other, 'absent', undefined, 'after a change of nothing that failed');
      assert.equal(reveal(await within(settleMs, other.update('key', async () => secret('next')), 'the next update')), 'next');
    },
  },
];
