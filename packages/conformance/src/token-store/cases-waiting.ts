import assert from 'node:assert/strict';
import { secret } from '@signalbox/core';
import { reasonOf } from '../support/rejects.ts';
import { within } from '../support/within.ts';
import type { TokenStoreCase } from './case.ts';
import { begun, heldChange, holds, plusOne, reveal } from './support.ts';

export const WAITING_CASES: readonly TokenStoreCase[] = [
  {
    id: 'tokens/other-keys-go-on',
    title: 'changes other keys, and reads this one, while a change is thought about',
    async run({ store, reopen }, { settleMs }) {
      const other = await reopen();
      await store.write('slow', secret('old'));
      const held = heldChange(() => 'new');
      const update = begun(store.update('slow', held.change));
      await within(settleMs, held.begun, 'asking for the change');
      assert.equal(reveal(await within(settleMs, store.update('quick', plusOne), 'an update of another key')), '1');
      assert.equal(reveal(await within(settleMs, other.update('quick', plusOne), 'the same in another process')), '2');
      assert.equal(reveal(await within(settleMs, other.read('slow'), 'reading')), 'old');
      held.letGo();
      await within(settleMs, update, 'the update');
    },
  },
  {
    id: 'tokens/aborted-while-waiting',
    title: 'lets go of a caller who gives up waiting, without asking its change, and serves the next',
    async run({ store, reopen }, { settleMs }) {
      const other = await reopen();
      for (const waiting of [store, other]) {
        const held = heldChange(() => 'held');
        const update = begun(store.update('key', held.change));
        await within(settleMs, held.begun, 'asking for the change');
        const stop = new AbortController();
        const reason = new Error('enough');
        let asked = false;
        const given = begun(waiting.update('key', async () => ((asked = true), secret('too late')), { signal: stop.signal }));
        const next = begun(waiting.update('key', async (current) => secret(`after ${current?.reveal()}`)));
        setTimeout(() => stop.abort(reason), 30);
        assert.equal(await reasonOf(within(settleMs, given, 'the aborted update'), 'an update, aborted while it waits,'), reason);
        assert.equal(held.asked.length, 1);
        held.letGo();
        assert.equal(reveal(await within(settleMs, update, 'the update')), 'held');
        assert.equal(reveal(await within(settleMs, next, 'the next update')), 'after held');
        assert.equal(asked, false, 'the change of an aborted update was asked');
      }
    },
  },
  {
    id: 'tokens/stores-after-an-abort',
    title: 'stores what a change has learned although its caller has given up meanwhile',
    async run({ store, reopen }, { settleMs }) {
      const held = heldChange(() => 'rotated');
      const stop = new AbortController();
      const reason = new Error('enough');
      const update = begun(store.update('key', held.change, { signal: stop.signal }));
      await within(settleMs, held.begun, 'asking for the change');
      stop.abort(reason);
      assert.equal(await reasonOf(within(settleMs, update, 'the aborted update'), 'an update, aborted in its change,'), reason);
      held.letGo();
      assert.equal(reveal(await within(settleMs, store.update('key', async (current) => current), 'the next update')), 'rotated');
      await holds(await reopen(), 'key', 'rotated', 'after the abort');
    },
  },
  {
    id: 'tokens/survives-a-death',
    title: 'gives the next one its turn when a process dies in a change, with what was stored before',
    needs: ['dieInUpdate'],
    async run({ store, dieInUpdate }, { overallMs }) {
      await store.write('key', secret('before'));
      await dieInUpdate?.('key');
      const began = performance.now();
      const next = await within(overallMs, store.update('key', async (current) => secret(`after ${current?.reveal()}`)), 'the next update');
      assert.equal(reveal(next), 'after before');
      assert.ok(performance.now() - began < 15_000, 'the dead was waited for too long');
    },
  },
];
