import assert from 'node:assert/strict';
import type { Case } from '../case.ts';
import { newMessageId } from '../messages/build.ts';
import { doorOf, sendOf } from '../support/parts.ts';
import { letter, submittedAs, submittedBefore } from '../support/sending.ts';
import { arrivedUnchanged } from '../support/unchanged.ts';
import { anyOf, looksNowhere, savesNoCopyOnRequest, stagesNothing } from '../support/traits.ts';
import { waitFor } from '../support/within.ts';

const NEEDS = { facets: ['send'], door: ['submitted'] } as const;

export const STAGE_CASES: readonly Case[] = [
  {
    id: 'send/stage-sends-nothing',
    title: 'stages a message without sending it',
    needs: { ...NEEDS, unless: stagesNothing },
    async run(world, limits) {
      const { submission, messageId } = letter(world);
      const staged = await sendOf(world.transport).stage?.(submission);
      if (sendOf(world.transport).traits.messageId === 'kept') assert.equal(staged?.messageId, messageId);
      assert.equal((await submittedBefore(world, staged?.messageId ?? messageId, limits)).length, 0, 'staging has sent the message');
    },
  },
  {
    id: 'send/staged-survives-restart',
    title: 'sends what was staged, also after a restart and from JSON',
    needs: { ...NEEDS, unless: stagesNothing },
    async run(world, limits) {
      const { submission, raw } = letter(world);
      const staged = await sendOf(world.transport).stage?.(submission);
      assert.ok(staged);
      const restarted = await world.reopen();
      const receipt = await sendOf(restarted).dispatch(JSON.parse(JSON.stringify(staged)) as typeof staged);
      assert.deepEqual(receipt.accepted, submission.envelope.rcptTo);
      const found = await submittedAs(world, staged.messageId, limits);
      assert.deepEqual(found.map(({ rcptTo }) => rcptTo), [submission.envelope.rcptTo]);
      for (const { raw: arrived } of found) arrivedUnchanged(arrived, raw);
    },
  },
  {
    id: 'send/staged-at-most-once',
    title: 'sends a staged message at most once, however often it is dispatched',
    needs: { ...NEEDS, unless: stagesNothing },
    async run(world, limits) {
      const staged = await sendOf(world.transport).stage?.(letter(world).submission);
      assert.ok(staged);
      const dispatch = (): Promise<unknown> => sendOf(world.transport).dispatch(staged);
      await dispatch();
      await dispatch().catch(() => {});
      await Promise.allSettled([dispatch(), dispatch()]);
      assert.equal((await submittedBefore(world, staged.messageId, limits)).length, 1);
    },
  },
  {
    id: 'send/outcome',
    title: 'tells what became of a message: staged, then sent',
    needs: { ...NEEDS, unless: anyOf(stagesNothing, looksNowhere) },
    async run(world, limits) {
      const send = sendOf(world.transport);
      const staged = await send.stage?.(letter(world).submission);
      assert.ok(staged);
      const honest = (outcome: string | undefined, ...expected: readonly string[]): boolean => [...expected, 'cannot-tell'].includes(outcome ?? '');
      assert.ok(honest(await send.outcome?.(staged), 'staged'), 'a staged message');
      await send.dispatch(staged);
      await waitFor(limits, 'the outcome sent', async () => (honest(await send.outcome?.(staged.messageId), 'sent') ? true : undefined));
    },
  },
  {
    id: 'send/outcome-of-unknown',
    title: 'claims of no message it does not know that it was sent',
    needs: { ...NEEDS, unless: looksNowhere },
    async run({ transport }) {
      const outcome = await sendOf(transport).outcome?.(newMessageId());
      assert.ok(outcome === 'not-found' || outcome === 'cannot-tell', `the outcome of an unknown message is ${outcome}`);
    },
  },
  {
    id: 'send/sent-copy',
    title: 'files a copy in Sent exactly where its traits and its receipt say so',
    needs: { ...NEEDS, door: ['submitted', 'stored'] },
    async run(world, limits) {
      const send = sendOf(world.transport);
      const { submission, messageId } = letter(world);
      const { sentCopy } = await send.dispatch(submission);
      await submittedAs(world, messageId, limits);
      const copies = async (): Promise<number> => (await doorOf(world, 'stored')('sent')).filter(({ raw }) => Buffer.from(raw).includes(messageId)).length;
      const expected = send.traits.sentCopy === 'none' ? 0 : 1;
      if (expected === 1) await waitFor(limits, 'the copy in Sent', async () => ((await copies()) === 1 ? true : undefined));
      assert.equal(await copies(), expected, `the trait sentCopy is ${send.traits.sentCopy}`);
      if (sentCopy !== 'unknown') assert.equal(sentCopy, expected === 1 ? 'saved' : 'not-saved', 'the receipt says otherwise');
    },
  },
  {
    id: 'send/no-sent-copy-wanted',
    title: 'files no copy in Sent when none is wanted',
    needs: { ...NEEDS, door: ['submitted', 'stored'], unless: savesNoCopyOnRequest },
    async run(world, limits) {
      const { submission, messageId } = letter(world);
      await sendOf(world.transport).dispatch({ ...submission, saveSentCopy: false });
      await submittedAs(world, messageId, limits);
      assert.equal((await doorOf(world, 'stored')('sent')).length, 0);
    },
  },
];
