import assert from 'node:assert/strict';
import type { Case } from '../case.ts';
import { deliver, deliverAs } from '../support/deliver.ts';
import { doorOf, faultOf, folderOf, receiveOf } from '../support/parts.ts';
import { addedOf, after, BEGINNING, changesOf, cursorOf, drain, lastUpdateOf, messageOf, NOW, rawOf, subjectsOf } from '../support/reading.ts';
import { reportsNo } from '../support/traits.ts';

export const CHANGES_CASES: readonly Case[] = [
  {
    id: 'receive/beginning-reports-all',
    title: 'reports everything a folder holds from the beginning, each message once',
    needs: { facets: ['receive'], door: ['deliver'] },
    async run(world) {
      const subjects = Array.from({ length: 40 }, (_, index) => `message ${String(index).padStart(2, '0')}`);
      await deliver(world, ...subjects);
      assert.deepEqual(subjectsOf(addedOf(await drain(world.transport))).toSorted(), subjects);
    },
  },
  {
    id: 'receive/now-reports-nothing-old',
    title: 'reports nothing of what is there from now on, but the next message',
    needs: { facets: ['receive'], door: ['deliver'] },
    async run(world) {
      await deliver(world, 'old');
      const batches = await drain(world.transport, NOW);
      assert.deepEqual(changesOf(batches), [], 'something old was reported');
      await deliver(world, 'new');
      assert.deepEqual(subjectsOf(addedOf(await drain(world.transport, after(cursorOf(batches))))), ['new']);
    },
  },
  {
    id: 'receive/resume-loses-nothing',
    title: 'goes on after a restart exactly where the cursor was taken',
    needs: { facets: ['receive'], door: ['deliver'] },
    async run(world) {
      await deliver(world, 'before');
      const cursor = cursorOf(await drain(world.transport));
      await deliver(world, 'after 1', 'after 2');
      const restarted = await world.reopen();
      const batches = await drain(restarted, after(cursor));
      assert.deepEqual(subjectsOf(addedOf(batches)).toSorted(), ['after 1', 'after 2']);
      assert.deepEqual(addedOf(await drain(restarted, after(cursorOf(batches)))), [], 'a later cursor reports them again');
      assert.deepEqual(subjectsOf(addedOf(await drain(restarted, after(cursor)))).toSorted(), ['after 1', 'after 2'], 'a cursor used twice answers something else');
    },
  },
  {
    id: 'receive/every-batch-resumes',
    title: 'can be resumed from the cursor of every single batch',
    needs: { facets: ['receive'], door: ['deliver'] },
    async run(world) {
      await deliver(world, ...Array.from({ length: 30 }, (_, index) => `message ${index}`));
      const batches = await drain(world.transport);
      const restarted = await world.reopen();
      for (const [index, { cursor }] of batches.entries()) {
        const rest = addedOf(await drain(restarted, after(cursor)));
        assert.deepEqual(subjectsOf(rest).toSorted(), subjectsOf(addedOf(batches.slice(index + 1))).toSorted(), `resuming after batch ${index + 1} of ${batches.length}`);
      }
    },
  },
  {
    id: 'receive/moved-in-with-an-old-date',
    title: 'reports mail that is moved in later and carries an old date',
    needs: { facets: ['receive'], door: ['deliver', 'move'] },
    async run(world) {
      await deliverAs(world, 'old and moved', { role: 'archive', receivedAt: new Date('2020-02-03T04:05:06Z') });
      await deliver(world, 'there before');
      const cursor = cursorOf(await drain(world.transport));
      await doorOf(world, 'move')('archive', 'inbox', 'old and moved');
      assert.deepEqual(subjectsOf(addedOf(await drain(world.transport, after(cursor)))), ['old and moved']);
    },
  },
  {
    id: 'receive/hidden-once',
    title: 'still reports a message that the server left out of an answer, and reports it once',
    needs: { facets: ['receive'], door: ['deliver'], faults: ['hideOnce'] },
    async run(world) {
      await deliver(world, 'first');
      let cursor = cursorOf(await drain(world.transport));
      await deliverAs(world, 'hidden', { receivedAt: new Date(Date.now() - 120_000) });
      await deliver(world, 'shown');
      await faultOf(world, 'hideOnce')('hidden');
      const seen: string[] = [];
      for (let round = 0; round < 6; round += 1) {
        const batches = await drain(world.transport, after(cursor));
        seen.push(...subjectsOf(addedOf(batches)));
        cursor = cursorOf(batches);
      }
      assert.deepEqual(seen.toSorted(), ['hidden', 'shown']);
    },
  },
  {
    id: 'receive/only-promised-changes',
    title: 'reports no type of change that its traits do not promise',
    needs: { facets: ['receive'], door: ['deliver', 'expunge', 'setKeywords'] },
    async run(world) {
      await deliver(world, 'stays', 'goes');
      const cursor = cursorOf(await drain(world.transport));
      await doorOf(world, 'setKeywords')('inbox', 'stays', ['$seen', '$flagged']);
      await doorOf(world, 'expunge')('inbox', 'goes');
      await deliver(world, 'comes');
      const { reports } = receiveOf(world.transport).traits;
      const types = changesOf(await drain(world.transport, after(cursor))).map(({ type }) => type);
      assert.ok(types.every((type) => reports.includes(type)), `promised ${reports.join(', ')}, reported ${types.join(', ')}`);
      assert.ok(reports.includes('message-added'), 'a transport that receives reports new mail');
    },
  },
  {
    id: 'receive/reports-updates',
    title: 'reports changed keywords where its traits promise it',
    needs: { facets: ['receive'], door: ['deliver', 'setKeywords'], unless: reportsNo('message-updated') },
    async run(world) {
      await deliver(world, 'read elsewhere');
      const batches = await drain(world.transport);
      const [message] = addedOf(batches);
      await doorOf(world, 'setKeywords')('inbox', 'read elsewhere', ['$seen', '$flagged']);
      const changed = await drain(world.transport, after(cursorOf(batches)));
      const update = lastUpdateOf(changed);
      assert.deepEqual(update?.ref, message?.ref, 'the update names the message');
      assert.deepEqual([...(update?.keywords ?? [])].toSorted(), ['$flagged', '$seen'], 'the update carries all keywords');
      await doorOf(world, 'setKeywords')('inbox', 'read elsewhere', ['$flagged']);
      const marked = lastUpdateOf(await drain(world.transport, after(cursorOf(changed))));
      assert.deepEqual([...(marked?.keywords ?? [])], ['$flagged'], 'the update of a message that was only marked as unread carries all keywords too');
    },
  },
  {
    id: 'receive/reports-removals',
    title: 'reports removed messages where its traits promise it',
    needs: { facets: ['receive'], door: ['deliver', 'expunge'], unless: reportsNo('message-removed') },
    async run(world) {
      await deliver(world, 'goes', 'stays');
      const batches = await drain(world.transport);
      const gone = addedOf(batches).find(({ subject }) => subject === 'goes');
      await doorOf(world, 'expunge')('inbox', 'goes');
      const removed = changesOf(await drain(world.transport, after(cursorOf(batches)))).flatMap((change) => (change.type === 'message-removed' ? [change.ref] : []));
      assert.deepEqual(removed, [gone?.ref]);
    },
  },
  {
    id: 'receive/swept-at',
    title: 'says of no instant that all was reported before it was, and never goes back',
    needs: { facets: ['receive'], door: ['deliver'] },
    async run(world) {
      const subjects = Array.from({ length: 12 }, (_, index) => `message ${index}`);
      await deliver(world, ...subjects);
      const asked = Date.now();
      const batches = await drain(world.transport);
      let previous = 0;
      for (const [index, { sweptAt }] of batches.entries()) {
        assert.ok(sweptAt.getTime() <= Date.now(), `sweptAt ${sweptAt.toISOString()} lies in the future`);
        assert.ok(sweptAt.getTime() >= previous, 'sweptAt went back');
        previous = sweptAt.getTime();
        const soFar = addedOf(batches.slice(0, index + 1)).length;
        if (previous >= asked) assert.equal(soFar, subjects.length, `batch ${index + 1} claims a complete sweep after ${soFar} of ${subjects.length} messages`);
      }
      assert.ok(previous >= asked, 'a sweep that has ended says so');
    },
  },
  {
    id: 'receive/caught-up',
    title: 'says that it has caught up when nothing more is known, and not before',
    needs: { facets: ['receive'], door: ['deliver'] },
    async run(world) {
      await deliver(world, ...Array.from({ length: 12 }, (_, index) => `message ${index}`));
      const batches = await drain(world.transport);
      for (const [index, { caughtUp }] of batches.entries()) {
        if (caughtUp) assert.equal(addedOf(batches.slice(0, index + 1)).length, 12, `batch ${index + 1} claims to have caught up`);
      }
      assert.equal(batches.at(-1)?.caughtUp, true, 'the last batch has caught up');
    },
  },
  {
    id: 'receive/call-inside-iteration',
    title: 'answers other calls while an iteration is under way',
    needs: { facets: ['receive'], door: ['deliver'] },
    async run(world) {
      await deliver(world, 'one', 'two', 'three');
      const receive = receiveOf(world.transport);
      const folder = await folderOf(world.transport);
      let read = 0;
      for await (const { ref } of receive.list({ folder })) read += (await rawOf(world.transport, ref)).byteLength > 0 ? 1 : 0;
      for await (const batch of receive.changes({ folder, since: BEGINNING })) {
        for (const { ref } of addedOf([batch])) read += (await rawOf(world.transport, ref)).byteLength > 0 ? 1 : 0;
        assert.equal(await receive.unread(folder), 3);
      }
      assert.equal(read, 6, 'not every message could be read while iterating');
      await messageOf(world.transport, 'two');
    },
  },
];
