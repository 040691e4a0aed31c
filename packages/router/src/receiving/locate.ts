import { type CallOptions, MailError, type MessageRef, type Receive } from '@signalbox/core';
import type { Deliveries, ObjectRef } from '@signalbox/store';
import type { MessageFacts } from './facts.ts';
import { factsKeyOf } from './identity.ts';

/** What it takes to find the message of a delivery. */
export interface Wanted {
  readonly delivery: string;
  readonly facts: MessageFacts;
  readonly arrivedAt?: Date;
}

/**
 * Where the message lies now, likeliest first: where it was seen through this door, then wherever its Message-ID is found. The second part is asked
 * for only when the first did not help.
 */
export async function* placesOf(receive: Receive, deliveries: Pick<Deliveries, 'refs'>, { delivery, facts, arrivedAt }: Wanted, options?: CallOptions): AsyncGenerator<MessageRef, void, undefined> {
  const refs = (await deliveries.refs(delivery)).filter(({ door }) => door === receive.refSpace);
  const tried = new Set<string>();
  for (const { folder, key } of liveFirst(refs)) {
    tried.add(JSON.stringify([folder, key]));
    yield { folder, key };
  }
  if (facts.messageId === undefined) return;
  const factsKey = factsKeyOf(facts);
  for await (const message of receive.locate({ messageId: facts.messageId, ...(arrivedAt && { receivedAt: arrivedAt }) }, options)) {
    const { ref, receivedAt } = message;
    // Ids are reused, by robots within a second: what says something else, or arrived at another time, is another message. Doors round to seconds.
    if (factsKeyOf(message) !== factsKey) continue;
    if (arrivedAt && Math.abs(receivedAt.getTime() - arrivedAt.getTime()) > 2_000) continue;
    if (!tried.has(JSON.stringify([ref.folder, ref.key]))) yield ref;
  }
}

const liveFirst = (refs: readonly ObjectRef[]): readonly ObjectRef[] => refs.toSorted((a, b) => Number(a.gone) - Number(b.gone));

/** Does something with the message wherever it is. Throws `message.not-found` when it is nowhere. */
export async function withMessage<T>(places: AsyncIterable<MessageRef>, delivery: string, work: (ref: MessageRef) => Promise<T>): Promise<T> {
  for await (const ref of places) {
    try {
      return await work(ref);
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }
  throw new MailError('message.not-found', `The message of the delivery ${delivery} is no longer in the mailbox.`);
}

/** Also where a call on many messages was made for one. */
export const isGone = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && (error.code === 'message.not-found' || (error.code === 'partial-failure' && 'failed' in error && Array.isArray(error.failed) && error.failed.every((one: { error?: { code?: string } }) => one.error?.code === 'message.not-found')));
