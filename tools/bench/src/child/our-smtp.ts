import type { Content, Receipt, Send } from '@signalbox/core';
import { contentOf } from '@signalbox/kit';
import { plugin } from '@signalbox/transport-smtp';
import type { DovecotAddress, Job } from '../job.ts';
import { messageChunks } from '../messages.ts';
import { WARM_UP_SHARE, workloadNamed } from '../workloads.ts';
import { contextOf } from './host.ts';
import { type Letter, makeLetters } from './letters.ts';
import type { Side } from './side.ts';

/** Our SMTP transport with five connections; what is sent queues in it, as it does in the bare library's pool. */
export async function openOurSmtp(job: Job<DovecotAddress>): Promise<Side> {
  const workload = workloadNamed(job.workload);
  const { host, submissionsPort: port, user, sinks } = job.server;
  const transport = await plugin.open(await contextOf(plugin, { host, port, tls: 'implicit', maxConnections: 5 }, job.server));
  const send = demand(transport.send);
  const letters = job.workload === 'sends' ? makeLetters(workload, sinks) : [];

  const sendAll = async (count: number): Promise<Record<string, number>> => {
    const one = ({ from, to, bytes }: Letter): Promise<Receipt> => send.dispatch({ envelope: { mailFrom: from, rcptTo: [to] }, content: contentOf(bytes) });
    const receipts = await Promise.all(letters.slice(0, count).map(one));
    return { accepted: receipts.reduce((sum, receipt) => sum + receipt.accepted.length, 0) };
  };
  const sendHuge = async (): Promise<Record<string, number>> => {
    const [to = ''] = sinks;
    const { size, place } = workload;
    const content: Content = {
      size,
      async *open() {
        yield* messageChunks({ index: 0, size, place, to });
      },
    };
    return { accepted: (await send.dispatch({ envelope: { mailFrom: user, rcptTo: [to] }, content })).accepted.length };
  };
  const disposal = { [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose]() };
  return job.workload === 'sends'
    ? { warmUp: () => sendAll(workload.messages * WARM_UP_SHARE), work: () => sendAll(workload.messages), ...disposal }
    : { warmUp: async () => {}, work: sendHuge, ...disposal };
}

function demand(send: Send | undefined): Send {
  if (send === undefined) throw new Error('The SMTP transport cannot send.');
  return send;
}
