import { type CallOptions, MailError, type MessageRef, type MessageSummary, type Receive } from '@signalbox/core';
import type { Deliveries, ObjectRef } from '@signalbox/store';
import { TOLERANCE_MS } from './binding.ts';
import type { MessageFacts } from './facts.ts';
import { factsKeyOf } from './identity.ts';

/** What it takes to find the message of a delivery. */
export interface Wanted {
  readonly delivery: string;
  readonly facts: MessageFacts;
  readonly arrivedAt?: Date;
  /** Whoever gets a place reads what lies there from its beginning, and sees whether it is the message. Otherwise the server is asked before. */
  readonly readsIt?: boolean;
}

/**
 * Where the message lies now, likeliest first: where it was seen through this door, then wherever its Message-ID is found. The second part is asked
 * for only when the first did not help. A folder that was restored from a backup gives the same key to another message, which is not to be marked or
 * moved in its place.
 */
export async function* placesOf(receive: Receive, deliveries: Pick<Deliveries, 'refs'>, wanted: Wanted, options?: CallOptions): AsyncGenerator<MessageRef, void, undefined> {
  const { delivery, facts, arrivedAt, readsIt = false } = wanted;
  const refs = (await deliveries.refs(delivery)).filter(({ door }) => door === receive.refSpace);
  const tried = new Set<string>();
  for (const { folder, key } of liveFirst(refs)) {
    tried.add(JSON.stringify([folder, key]));
    if (readsIt || receive.traits.refsSurviveMove || (await receive.present([{ folder, key }], options)).some((message) => isMessageOf(message, wanted))) yield { folder, key };
  }
  if (facts.messageId === undefined) return;
  for await (const message of receive.locate({ messageId: facts.messageId, ...(arrivedAt && { receivedAt: arrivedAt }) }, options)) {
    const { ref } = message;
    // Ids are reused, by robots within a second.
    if (factsKeyOf(message) === factsKeyOf(facts) && isMessageOf(message, wanted) && !tried.has(JSON.stringify([ref.folder, ref.key]))) yield ref;
  }
}

/**
 * What arrived at another time, or has another Message-ID and says something else in front, is another message. One of both is enough: the facts may be
 * those of another door, which shows the id or the subject in its own way. Of a closed delivery only the time is known.
 */
export function isMessageOf(message: MessageSummary, { facts, arrivedAt }: Pick<Wanted, 'facts' | 'arrivedAt'>): boolean {
  if (arrivedAt && Math.abs(message.receivedAt.getTime() - arrivedAt.getTime()) > TOLERANCE_MS) return false;
  const { from, subject, sentAt, messageId } = facts;
  if ([from, subject, sentAt, messageId].every((fact) => fact === undefined)) return true;
  return (messageId !== undefined && message.messageId === messageId) || factsKeyOf(message) === factsKeyOf(facts);
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
