import assert from 'node:assert/strict';
import { collectBytes } from '@signalbox/kit';
import type { Case } from '../case.ts';
import { message } from '../messages/build.ts';
import { largeMessage } from '../messages/large.ts';
import { malformedTree } from '../messages/mime.ts';
import { deliverRaw } from '../support/deliver.ts';
import { handsOut } from '../support/kept-bytes.ts';
import { heldMemory } from '../support/memory.ts';
import { receiveOf } from '../support/parts.ts';
import { messageOf, rawOf } from '../support/reading.ts';
import { splitMessage } from '../support/same-bytes.ts';

const NEEDS = { facets: ['receive'], door: ['deliver'] } as const;
/** Of a large message, the part a transport may hand out at once, and the part it may hold. */
const LARGEST_PART = 1 / 12;
const HELD_PART = 1 / 3;
/** How far it has been read when that is measured. */
const MEASURED_AT = 3 / 4;

export const BODY_CASES: readonly Case[] = [
  {
    id: 'message/empty-body',
    title: 'reads a message without a body',
    needs: NEEDS,
    async run(world) {
      const raw = message({ subject: 'empty', body: '' });
      await deliverRaw(world, raw);
      const read = await handsOut(world, raw, 'empty');
      assert.equal(splitMessage(read).body.byteLength, 0);
      const { ref } = await messageOf(world.transport, 'empty');
      assert.deepEqual(await receiveOf(world.transport).listAttachments(ref), []);
    },
  },
  {
    id: 'message/long-lines',
    title: 'reads lines over 998 octets whole',
    needs: NEEDS,
    async run(world) {
      const raw = message({ subject: 'long lines', body: `${'a'.repeat(5000)}\r\n${'é'.repeat(3000)}\r\nend\r\n` });
      await deliverRaw(world, raw);
      const read = await handsOut(world, raw, 'long lines');
      assert.ok(read.includes('a'.repeat(5000)), 'a long line was broken');
    },
  },
  {
    id: 'message/nul',
    title: 'reads a message with a NUL in it as the server keeps it',
    needs: NEEDS,
    async run(world) {
      const raw = message({ subject: 'with nul', body: 'before\0after\r\nend\r\n' });
      await deliverRaw(world, raw);
      const read = await handsOut(world, raw, 'with nul');
      assert.ok(read.includes('before') && read.includes('after\r\nend'), 'the message ends at its NUL');
    },
  },
  {
    id: 'message/malformed-tree',
    title: 'reads a message with a malformed MIME tree, and does not fail on its attachments',
    needs: NEEDS,
    async run(world) {
      const raw = malformedTree('malformed');
      await deliverRaw(world, raw);
      await handsOut(world, raw, 'malformed');
      const { ref } = await messageOf(world.transport, 'malformed');
      const attachments = await receiveOf(world.transport).listAttachments(ref);
      for (const { id, mediaType } of attachments) {
        assert.match(mediaType, /^[^\s/]+\/[^\s/]+$/, 'a media type is type/subtype, also where the message names none');
        await using source = await receiveOf(world.transport).fetchAttachment(ref, id);
        await collectBytes(source.bytes);
      }
      assert.ok((await rawOf(world.transport, ref)).includes('text that no boundary closes'));
    },
  },
  {
    id: 'message/large-in-chunks',
    title: 'streams a message of 25 MB completely and in small chunks',
    needs: NEEDS,
    alone: true,
    async run(world, limits) {
      const raw = largeMessage('large', limits.largeOctets);
      await deliverRaw(world, raw);
      const { ref } = await messageOf(world.transport, 'large');
      await using source = await receiveOf(world.transport).fetchRaw(ref);
      let [offset, largest, differs] = [0, 0, false];
      for await (const chunk of source.bytes) {
        differs ||= Buffer.compare(chunk, raw.subarray(offset, offset + chunk.byteLength)) !== 0;
        offset += chunk.byteLength;
        largest = Math.max(largest, chunk.byteLength);
      }
      assert.equal(offset, raw.byteLength, 'the number of octets');
      assert.equal(differs && world.transport.receive?.traits.raw === 'original', false, 'the bytes are others than those that arrived');
      assert.ok(largest <= limits.largeOctets * LARGEST_PART, `a chunk has ${largest} octets`);
    },
  },
  {
    id: 'message/large-in-bounded-memory',
    title: 'holds only a small part of a large message while it is read',
    needs: { ...NEEDS, unless: (_, { sharesProcess }) => (sharesProcess ? 'a server outside this process' : undefined) },
    alone: true,
    async run(world, limits) {
      await deliverRaw(world, largeMessage('large', limits.largeOctets));
      const { ref } = await messageOf(world.transport, 'large');
      const before = heldMemory();
      let [offset, held] = [0, -1];
      await using source = await receiveOf(world.transport).fetchRaw(ref);
      for await (const chunk of source.bytes) {
        offset += chunk.byteLength;
        if (held === -1 && offset > limits.largeOctets * MEASURED_AT && offset < limits.largeOctets) held = Math.max(0, heldMemory() - before);
      }
      assert.notEqual(held, -1, 'the message was handed out in one piece');
      assert.ok(held <= limits.largeOctets * HELD_PART, `${Math.round(held / 2 ** 20)} MiB are held while a large message is read`);
    },
  },
];
