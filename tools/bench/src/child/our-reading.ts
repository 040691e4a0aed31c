import type { ByteSource, MessageRef, Mutate, Receive } from '@signalbox/core';
import { Digest, hashOf } from '../digest.ts';
import { WARM_UP_SHARE } from '../workloads.ts';
import type { Side } from './side.ts';

type Work = Pick<Side, 'warmUp' | 'work' | 'verify'>;

/** What is the same over any transport of ours: sources one by one or many at once, and flags. */
export function sources(receive: Receive, refs: readonly MessageRef[]): Work {
  async function work(): Promise<Record<string, number>> {
    const tally = { messages: 0, octets: 0 };
    for await (const { source } of receive.fetchRawEach(refs)) {
      tally.messages++;
      for await (const chunk of source.bytes) tally.octets += chunk.length;
    }
    return tally;
  }
  async function verify(): Promise<string> {
    const digest = new Digest();
    for await (const { source } of receive.fetchRawEach(refs)) digest.add(await hashOf(source.bytes));
    return digest.toString();
  }
  return { warmUp: work, work, verify };
}

export function bigSources(receive: Receive, refs: readonly MessageRef[]): Work {
  async function each(count: number, read: (source: ByteSource) => Promise<void>): Promise<void> {
    for (const ref of refs.slice(0, count)) {
      await using source = await receive.fetchRaw(ref);
      await read(source);
    }
  }
  async function read(count: number): Promise<Record<string, number>> {
    const tally = { messages: 0, octets: 0 };
    await each(count, async ({ bytes }) => {
      tally.messages++;
      for await (const chunk of bytes) tally.octets += chunk.length;
    });
    return tally;
  }
  async function verify(): Promise<string> {
    const digest = new Digest();
    await each(refs.length, async ({ bytes }) => digest.add(await hashOf(bytes)));
    return digest.toString();
  }
  return { warmUp: async () => (refs.length > 1 ? read(refs.length * WARM_UP_SHARE) : undefined), work: () => read(refs.length), verify };
}

export function flags(mutate: Mutate, refs: readonly MessageRef[]): Work {
  async function work(): Promise<Record<string, number>> {
    await mutate.updateKeywords(refs, { add: ['$seen'] });
    await mutate.updateKeywords(refs, { remove: ['$seen'] });
    return { messages: refs.length };
  }
  async function verify(): Promise<undefined> {
    await mutate.updateKeywords(refs, { add: ['$seen'] });
    await mutate.updateKeywords(refs.slice(0, refs.length / 2), { remove: ['$seen'] });
  }
  const warmUp = async (): Promise<void> => {
    for (let round = 0; round < 3; round++) await work();
  };
  return { warmUp, work, verify };
}
