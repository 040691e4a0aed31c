import assert from 'node:assert/strict';
import { type Cursor, isMailError } from '@signalbox/core';
import type { Case } from '../case.ts';
import { stillWorks } from '../support/aborting.ts';
import { deliver } from '../support/deliver.ts';
import { work } from '../support/fresh.ts';
import { faultOf, folderOf, receiveOf, sendOf } from '../support/parts.ts';
import { addedOf, after, NOW, readUntil, subjectsOf, watch } from '../support/reading.ts';
import { mailErrorOf, reasonOf, rejects } from '../support/rejects.ts';
import { letter, submittedAs } from '../support/sending.ts';
import { within } from '../support/within.ts';

export const ERROR_CASES: readonly Case[] = [
  {
    id: 'errors/dropped-connection',
    title: 'works again after its connection was cut, at the latest after saying so once',
    needs: { faults: ['dropConnections'] },
    async run(world, limits) {
      await work(world, limits);
      await faultOf(world, 'dropConnections')();
      try {
        await work(world, limits);
      } catch (reason) {
        const error = mailErrorOf(reason, 'the first call after the cut');
        assert.deepEqual([error.code, error.retry], ['connection.lost', 'safe']);
        await work(world, limits);
      }
    },
  },
  {
    id: 'errors/dropped-while-watching',
    title: 'loses no mail when the connection is cut under a watch, and does not end in silence',
    needs: { facets: ['receive'], door: ['deliver'], faults: ['dropConnections'] },
    async run(world, limits) {
      const folder = await folderOf(world.transport);
      await using first = watch(world.transport, { folder, since: NOW });
      const [start] = await readUntil(first, limits, 'catching up', (batches) => batches.length > 0);
      await faultOf(world, 'dropConnections')();
      await deliver(world, 'after the cut');
      let cursor: Cursor = start?.cursor ?? '';
      const arrived = (batches: Parameters<typeof addedOf>[0]): boolean => {
        cursor = batches.at(-1)?.cursor ?? cursor;
        return subjectsOf(addedOf(batches)).includes('after the cut');
      };
      try {
        await readUntil(first, limits, 'the watch whose connection was cut', arrived);
      } catch (reason) {
        if (!isMailError(reason)) throw reason;
        assert.deepEqual([reason.code, reason.retry], ['connection.lost', 'safe']);
        await using second = watch(world.transport, { folder, since: after(cursor) });
        await readUntil(second, limits, 'a watch from the last cursor', arrived);
      }
    },
  },
  {
    id: 'errors/dropped-before-sending',
    title: 'sends a message once although the connection was cut before',
    needs: { facets: ['send'], door: ['submitted'], faults: ['dropConnections'] },
    async run(world, limits) {
      const { submission, messageId } = letter(world);
      await faultOf(world, 'dropConnections')();
      await stillWorks(() => sendOf(world.transport).dispatch(submission), limits);
      assert.equal((await submittedAs(world, messageId, limits)).length, 1);
    },
  },
  {
    id: 'errors/throttled',
    title: 'passes on that the server wants less, safe to repeat later, and repeats nothing itself',
    needs: { faults: ['throttle'] },
    async run(world, limits) {
      await work(world, limits);
      {
        await using _ = await faultOf(world, 'throttle')();
        const error = await rejects(work(world, limits), 'throttled', 'a throttled call');
        assert.equal(error.retry, 'safe');
        assert.ok(error.retryAfterMs === undefined || error.retryAfterMs >= 0, `retryAfterMs is ${error.retryAfterMs}`);
      }
      await stillWorks(() => work(world, limits), limits);
    },
  },
  {
    id: 'errors/works-after-failure',
    title: 'goes on working after calls that failed',
    needs: { facets: ['receive'], door: ['deliver'] },
    async run(world, { settleMs }) {
      await deliver(world, 'kept');
      const receive = receiveOf(world.transport);
      for (let failure = 0; failure < 5; failure += 1) {
        await within(settleMs, rejects(receive.findFolder({ path: ['no-such-folder-anywhere'] }), 'folder.not-found', 'findFolder'), 'a failing call');
      }
      const folder = await within(settleMs, folderOf(world.transport), 'findFolder after failures');
      assert.equal(await within(settleMs, receive.unread(folder), 'unread after failures'), 1);
    },
  },
  {
    id: 'errors/sends-after-failure',
    title: 'goes on sending after a message was refused',
    needs: { facets: ['send'], door: ['submitted'], faults: ['refusedRecipient'] },
    async run(world, limits) {
      const send = sendOf(world.transport);
      await reasonOf(send.dispatch(letter(world, { rcptTo: [faultOf(world, 'refusedRecipient')] }).submission), 'a refused recipient');
      const { submission, messageId } = letter(world);
      await within(limits.settleMs, send.dispatch(submission), 'sending after a refusal');
      assert.equal((await submittedAs(world, messageId, limits)).length, 1);
    },
  },
];
