import { type CallOptions, type Content, isMailError } from '@signalbox/core';
import type { Delivery as DeliveryRow } from '@signalbox/store';
import { readFacts } from '../receiving/facts.ts';
import type { Receiver } from '../receiving/receiver.ts';
import { type Original, originalOfSummary, readOriginal } from '../sending/compose/original.ts';

type Reading = Pick<Receiver, 'raw'>;

/** What an answer has to know of the message it answers: by its header, or by what is known of it where the message is gone. */
export async function originalOf(receiver: Reading, delivery: DeliveryRow, options?: CallOptions): Promise<Original> {
  try {
    await using source = await receiver.raw(delivery, options);
    return await readOriginal(source.bytes);
  } catch (error) {
    if (!isMailError(error) || error.code !== 'message.not-found') throw error;
    return originalOfSummary(readFacts(delivery.facts));
  }
}

/** The message itself, read each time it is needed. The first time at once: one that is gone is told before anything is made of it. */
export async function contentOf(receiver: Reading, delivery: DeliveryRow, options?: CallOptions): Promise<Content> {
  let first: Awaited<ReturnType<Reading['raw']>> | undefined = await receiver.raw(delivery, options);
  const { size } = first;
  return {
    ...(size !== undefined && { size }),
    async *open() {
      await using source = first ?? (await receiver.raw(delivery, options));
      first = undefined;
      yield* source.bytes;
    },
  };
}
