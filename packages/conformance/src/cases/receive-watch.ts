import assert from 'node:assert/strict';
import type { Case } from '../case.ts';
import { deliver } from '../support/deliver.ts';
import { folderOf } from '../support/parts.ts';
import { addedOf, after, drain, NOW, readUntil, subjectsOf, watch } from '../support/reading.ts';
import { learnsByItself } from '../support/traits.ts';
import { createBell } from '../support/bell.ts';
import { within } from '../support/within.ts';

const holds = (subject: string) => (batches: Parameters<typeof addedOf>[0]) => subjectsOf(addedOf(batches)).includes(subject);

export const WATCH_CASES: readonly Case[] = [
  {
    id: 'receive/watch-learns-of-mail',
    title: 'reports mail that arrives while it watches',
    needs: { facets: ['receive'], door: ['deliver'] },
    async run(world, limits) {
      await using iterator = watch(world.transport, { folder: await folderOf(world.transport), since: NOW });
      await readUntil(iterator, limits, 'catching up', (batches) => batches.length > 0);
      for (const subject of ['first', 'second']) {
        await deliver(world, subject);
        await readUntil(iterator, limits, `a watch for the ${subject} message`, holds(subject));
      }
    },
  },
  {
    id: 'receive/watch-reports-once',
    title: 'reports a burst of mail completely, each message once, and its cursors agree',
    needs: { facets: ['receive'], door: ['deliver'] },
    async run(world, limits) {
      const subjects = Array.from({ length: 10 }, (_, index) => `burst ${index}`);
      await using iterator = watch(world.transport, { folder: await folderOf(world.transport), since: NOW });
      const [first] = await readUntil(iterator, limits, 'catching up', (batches) => batches.length > 0);
      await deliver(world, ...subjects);
      const batches = await readUntil(iterator, limits, 'a watch for ten messages', (seen) => addedOf(seen).length >= subjects.length);
      assert.deepEqual(subjectsOf(addedOf(batches)).toSorted(), subjects);
      const [last] = batches.slice(-1);
      assert.deepEqual(addedOf(await drain(world.transport, after(last?.cursor ?? ''))), [], 'the cursor of the last batch reports again');
      assert.equal(addedOf(await drain(world.transport, after(first?.cursor ?? ''))).length, subjects.length, 'the cursor of the first batch reports all');
    },
  },
  {
    id: 'receive/wake-looks-now',
    title: 'looks at once when it is woken',
    needs: { facets: ['receive'], door: ['deliver'], unless: learnsByItself },
    async run(world, limits) {
      const bell = createBell();
      await using iterator = watch(world.transport, { folder: await folderOf(world.transport), since: NOW, wake: bell.rings });
      await readUntil(iterator, limits, 'catching up', (batches) => batches.length > 0);
      await deliver(world, 'announced');
      bell.ring();
      await readUntil(iterator, limits, 'a woken watch', holds('announced'));
    },
  },
  {
    id: 'receive/end-of-wake-ends-nothing',
    title: 'keeps watching when the source of wake-ups ends',
    needs: { facets: ['receive'], door: ['deliver'] },
    async run(world, limits) {
      async function* rings(): AsyncGenerator<void> {
        yield;
      }
      const folder = await folderOf(world.transport);
      const stop = new AbortController();
      const iterator = watch(world.transport, { folder, since: NOW, wake: rings(), signal: stop.signal });
      await readUntil(iterator, limits, 'catching up', (batches) => batches.length > 0);
      const readOn = async (): Promise<string> => {
        while (!(await iterator.next()).done);
        return 'ended';
      };
      const outcome = readOn().catch(() => 'aborted');
      setTimeout(() => stop.abort(), 60);
      assert.equal(await within(limits.settleMs, outcome, 'a watch whose wake-ups ended'), 'aborted', 'the watch ended with its wake-ups');
    },
  },
];
