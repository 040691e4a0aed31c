import assert from 'node:assert/strict';
import type { MailTransport } from '@signalbox/core';
import type { World } from '../world.ts';
import { messageOf, rawOf } from './reading.ts';
import { sameBytes, splitMessage } from './same-bytes.ts';

/**
 * The bytes of one message as the transport hands them out are those that arrived; where the server says it rebuilds messages,
 * at least the body survives. A server may change bytes on arrival: what it keeps, seen through the second door, is what counts.
 */
export async function handsOut(world: World, delivered: Uint8Array, subject: string, transport: MailTransport = world.transport): Promise<Buffer> {
  const { ref } = await messageOf(transport, subject);
  const raw = await rawOf(transport, ref);
  const stored = await world.door.stored?.('inbox');
  const kept = stored?.find((candidate) => Buffer.from(candidate.raw).includes(`Subject: ${subject}`))?.raw ?? delivered;
  if (transport.receive?.traits.raw === 'original') sameBytes(raw, kept, `the message ${subject}`);
  else assert.ok(raw.includes(splitMessage(kept).body.subarray(0, 64)), `the body of ${subject} is not in the rebuilt message`);
  return raw;
}
