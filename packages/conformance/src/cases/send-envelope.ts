import assert from 'node:assert/strict';
import type { Case } from '../case.ts';
import { faultOf, sendOf } from '../support/parts.ts';
import { rejects, rejectsPartly } from '../support/rejects.ts';
import { splitMessage } from '../support/same-bytes.ts';
import { letter, submittedAs, submittedBefore } from '../support/sending.ts';
import { envelopeExplicit, envelopeFromHeaders } from '../support/traits.ts';

const NEEDS = { facets: ['send'], door: ['submitted'] } as const;

export const ENVELOPE_CASES: readonly Case[] = [
  {
    id: 'send/envelope-decides',
    title: 'sends to the envelope’s recipients, whatever the headers say',
    needs: { ...NEEDS, unless: envelopeFromHeaders },
    async run(world, limits) {
      const [first, second] = world.recipients;
      const { submission, messageId } = letter(world, { to: first, rcptTo: [second] });
      await sendOf(world.transport).dispatch(submission);
      const found = await submittedAs(world, messageId, limits);
      assert.deepEqual(found.map(({ rcptTo }) => rcptTo), [[second]]);
      assert.equal(found[0]?.mailFrom ?? world.address, world.address);
    },
  },
  {
    id: 'send/envelope-from-headers',
    title: 'refuses an envelope that differs from the headers, where the headers decide',
    needs: { ...NEEDS, unless: envelopeExplicit },
    async run(world, limits) {
      const [first, second] = world.recipients;
      const { submission, messageId } = letter(world, { to: first, rcptTo: [second] });
      await rejects(sendOf(world.transport).dispatch(submission), 'capability.unsupported', 'an envelope that differs from the headers');
      assert.equal((await submittedBefore(world, messageId, limits)).length, 0, 'it was sent all the same');
    },
  },
  {
    id: 'send/bcc-stays-secret',
    title: 'tells no recipient about another that only the envelope names',
    needs: { ...NEEDS, unless: envelopeFromHeaders },
    async run(world, limits) {
      const [visible, hidden] = world.recipients;
      const { submission, messageId } = letter(world, { to: visible, rcptTo: [visible, hidden] });
      await sendOf(world.transport).dispatch(submission);
      const found = await submittedAs(world, messageId, limits);
      assert.deepEqual(found.flatMap(({ rcptTo }) => rcptTo).toSorted(), [visible, hidden].toSorted());
      for (const { raw } of found) assert.equal(splitMessage(raw).header.includes(hidden), false, 'the header names the hidden recipient');
    },
  },
  {
    id: 'send/accepted',
    title: 'tells which recipients were accepted: all of them, or it throws',
    needs: NEEDS,
    async run(world) {
      const rcptTo = [...world.recipients] as const;
      const { submission, messageId } = letter(world, { rcptTo });
      const receipt = await sendOf(world.transport).dispatch(submission);
      assert.deepEqual([...receipt.accepted].toSorted(), [...rcptTo].toSorted());
      if (sendOf(world.transport).traits.messageId === 'kept') assert.equal(receipt.messageId ?? messageId, messageId, 'the receipt names another Message-ID');
    },
  },
  {
    id: 'send/recipient-refused',
    title: 'says recipient.refused when nobody accepts, and sends nothing',
    needs: { ...NEEDS, faults: ['refusedRecipient'] },
    async run(world, limits) {
      const { submission, messageId } = letter(world, { rcptTo: [faultOf(world, 'refusedRecipient')] });
      const error = await rejects(sendOf(world.transport).dispatch(submission), 'recipient.refused', 'a refused recipient');
      assert.equal(error.affects, 'item', 'one refused recipient must not stop a transport');
      assert.equal((await submittedBefore(world, messageId, limits)).length, 0, 'something was sent');
    },
  },
  {
    id: 'send/some-recipients-refused',
    title: 'names the accepted and the refused when only some recipients were accepted',
    needs: { ...NEEDS, faults: ['refusedRecipient'] },
    async run(world, limits) {
      const refused = faultOf(world, 'refusedRecipient');
      const [accepted] = world.recipients;
      const { submission, messageId } = letter(world, { rcptTo: [accepted, refused] });
      const error = await rejectsPartly(sendOf(world.transport).dispatch(submission), 'recipients of which one is refused');
      assert.deepEqual(error.done, [accepted], 'done lists the accepted recipients');
      assert.deepEqual(error.failed.map(({ item, error: { code } }) => [item, code]), [[refused, 'recipient.refused']]);
      assert.deepEqual((await submittedAs(world, messageId, limits)).map(({ rcptTo }) => rcptTo), [[accepted]]);
    },
  },
  {
    id: 'send/sender-refused',
    title: 'says sender.refused, with a remedy, when the mailbox may not use the sender address',
    needs: { ...NEEDS, faults: ['foreignSender'] },
    async run(world, limits) {
      const { submission, messageId } = letter(world, { mailFrom: faultOf(world, 'foreignSender') });
      const error = await rejects(sendOf(world.transport).dispatch(submission), 'sender.refused', 'a foreign sender');
      assert.ok(error.remedy, 'a person can help, and is not told how');
      assert.equal((await submittedBefore(world, messageId, limits)).length, 0, 'it was sent all the same');
    },
  },
];
