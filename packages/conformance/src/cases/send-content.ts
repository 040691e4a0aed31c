import assert from 'node:assert/strict';
import type { Content } from '@signalbox/core';
import type { Case } from '../case.ts';
import { faultOf, sendOf } from '../support/parts.ts';
import { rejects } from '../support/rejects.ts';
import { letter, submittedAs, submittedBefore } from '../support/sending.ts';
import { arrivedUnchanged } from '../support/unchanged.ts';
import { replacesMessageId } from '../support/traits.ts';

/** More than the header of a letter has. */
const HEADER_OCTETS = 1_024;

const NEEDS = { facets: ['send'], door: ['submitted'] } as const;

export const CONTENT_CASES: readonly Case[] = [
  {
    id: 'send/content-unchanged',
    title: 'sends the content unchanged, headers and body',
    needs: NEEDS,
    async run(world, limits) {
      const { submission, raw, messageId } = letter(world, { headers: ['X-Mixed-Case: Kept', 'X-Folded: one\r\n two'], body: 'first\r\n\r\nthird, Grüße, \t trailing \r\n' });
      await sendOf(world.transport).dispatch(submission);
      for (const { raw: arrived } of await submittedAs(world, messageId, limits)) arrivedUnchanged(arrived, raw);
    },
  },
  {
    id: 'send/lines-with-dots',
    title: 'sends lines that begin with dots as they are (RFC 5321 §4.5.2)',
    needs: NEEDS,
    async run(world, limits) {
      const { submission, raw, messageId } = letter(world, { body: '.\r\n..\r\n.hidden\r\n...three\r\nend.\r\n.\r\n' });
      const inPieces: Content = {
        async *open() {
          for (let at = 0; at < raw.byteLength; at += 1) yield raw.subarray(at, at + 1); // a dot at the start of every chunk
        },
      };
      await sendOf(world.transport).dispatch({ ...submission, content: inPieces });
      for (const { raw: arrived } of await submittedAs(world, messageId, limits)) arrivedUnchanged(arrived, raw);
    },
  },
  {
    id: 'send/final-line-end',
    title: 'sends the line end that the content ends with (RFC 5321 §4.1.1.4)',
    needs: NEEDS,
    async run(world, limits) {
      const { submission, messageId } = letter(world, { body: 'the only line\r\n' });
      await sendOf(world.transport).dispatch(submission);
      for (const { raw: arrived } of await submittedAs(world, messageId, limits)) assert.match(Buffer.from(arrived).toString(), /the only line\r\n/, 'the last line end is gone');
    },
  },
  {
    id: 'send/message-id-kept',
    title: 'keeps the Message-ID that the content has',
    needs: { ...NEEDS, unless: replacesMessageId },
    async run(world, limits) {
      const { submission, messageId } = letter(world);
      await sendOf(world.transport).dispatch(submission);
      const [arrived] = await submittedAs(world, messageId, limits);
      const ids = Buffer.from(arrived?.raw ?? []).toString().match(/^message-id:.*$/gim);
      assert.deepEqual(ids, [`Message-ID: <${messageId}>`]);
    },
  },
  {
    id: 'send/large-content',
    title: 'sends a few megabytes completely',
    needs: NEEDS,
    async run(world, limits) {
      const send = sendOf(world.transport);
      const octets = Math.min(limits.largeOctets / 8, (send.traits.keptUpTo ?? Infinity) - HEADER_OCTETS);
      const { submission, raw, messageId } = letter(world, { body: Array.from({ length: Math.floor(octets / 78) }, (_, line) => `${String(line).padStart(76, '.')}\r\n`).join('') });
      await send.dispatch(submission);
      for (const { raw: arrived } of await submittedAs(world, messageId, limits)) arrivedUnchanged(arrived, raw);
    },
  },
  {
    id: 'send/too-large',
    title: 'says message.too-large of content the server does not take, and sends nothing',
    needs: { ...NEEDS, faults: ['tooLarge'] },
    async run(world, limits) {
      const size = faultOf(world, 'tooLarge');
      const { submission, messageId } = letter(world, { body: `${'x'.repeat(70)}\r\n`.repeat(Math.ceil(size / 72)) });
      const error = await rejects(sendOf(world.transport).dispatch(submission), 'message.too-large', 'content that is too large');
      assert.equal(error.affects, 'item', 'one large message must not stop a transport');
      assert.equal((await submittedBefore(world, messageId, limits)).length, 0, 'it was sent all the same');
    },
  },
  {
    id: 'send/lost-answer',
    title: 'says delivery.unknown when the answer to the content is lost, and never sends it twice',
    needs: { ...NEEDS, faults: ['loseNextSendAnswer'] },
    async run(world, limits) {
      const { submission, messageId } = letter(world);
      await faultOf(world, 'loseNextSendAnswer')();
      const error = await rejects(sendOf(world.transport).dispatch(submission), 'delivery.unknown', 'a lost answer');
      assert.equal(error.retry, 'unknown-outcome');
      assert.equal((await submittedBefore(world, messageId, limits)).length, 1, 'the message left more than once, or not at all');
    },
  },
  {
    id: 'send/content-reopened',
    title: 'opens the content anew when a first attempt was refused before it was sent',
    needs: { ...NEEDS, faults: ['renewCredential'] },
    async run(world, limits) {
      const { submission, raw, messageId } = letter(world, { body: 'complete from the first line\r\nto the last\r\n' });
      await faultOf(world, 'renewCredential')();
      await sendOf(world.transport).dispatch(submission);
      const found = await submittedAs(world, messageId, limits);
      assert.equal(found.length, 1);
      for (const { raw: arrived } of found) arrivedUnchanged(arrived, raw);
    },
  },
];
