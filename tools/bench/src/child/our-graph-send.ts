import type { Content, Receipt } from '@signalbox/core';
import { contentOf } from '@signalbox/kit';
import type { Job, Tally, TenantAddress } from '../job.ts';
import { messageChunks, recipientsOf } from '../messages.ts';
import { WARM_UP_SHARE, workloadNamed } from '../workloads.ts';
import { counting } from './counting.ts';
import { inParallel } from './in-parallel.ts';
import { type Letter, makeLetters } from './letters.ts';
import { openGraphTransport } from './our-graph.ts';
import type { Side } from './side.ts';

/** Our Graph transport; a letter is staged and sent by one call. */
export async function openOurGraphSend(job: Job<TenantAddress>): Promise<Side> {
  const workload = workloadNamed(job.workload);
  const { user, sinks } = job.server;
  const transport = await openGraphTransport(job.server);
  const { send } = transport;
  const letters = workload.messages > 1 ? makeLetters(workload, sinks, user) : [];

  const sendAll = async (count: number): Promise<Tally> => {
    let accepted = 0;
    await inParallel(letters.slice(0, count), async ({ from, named, bytes }: Letter) => {
      const receipt: Receipt = await send.dispatch({ envelope: { mailFrom: from, rcptTo: named }, content: contentOf(bytes) });
      accepted += receipt.accepted.length;
    });
    return { accepted };
  };
  const sendLarge = async (): Promise<Tally> => {
    const [to = ''] = sinks;
    const { size, place } = workload;
    const content: Content = {
      size,
      async *open() {
        yield* messageChunks({ index: 0, size, place, to, from: user });
      },
    };
    const { accepted } = await send.dispatch({ envelope: { mailFrom: user, rcptTo: recipientsOf({ index: 0, to }) }, content });
    return { accepted: accepted.length };
  };
  const work = (): Promise<Tally> => (workload.messages > 1 ? sendAll(workload.messages) : sendLarge());
  return {
    warmUp: () => (workload.messages > 1 ? sendAll(workload.messages * WARM_UP_SHARE) : sendLarge()),
    work: counting(transport, work),
    [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose](),
  };
}
