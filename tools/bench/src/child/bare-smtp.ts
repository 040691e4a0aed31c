import { Readable } from 'node:stream';
import { createTransport } from 'nodemailer';
import type { DovecotAddress, Job } from '../job.ts';
import { messageChunks } from '../messages.ts';
import { WARM_UP_SHARE, workloadNamed } from '../workloads.ts';
import { makeLetters, type Letter } from './letters.ts';
import type { Side } from './side.ts';

/** nodemailer with its own pool and queue; finished messages, an explicit envelope. */
export async function openBareSmtp(job: Job<DovecotAddress>): Promise<Side> {
  const workload = workloadNamed(job.workload);
  const { host, submissionsPort: port, ca, user, password } = job.server;
  const pool = { pool: true as const, maxConnections: 5, maxMessages: Infinity };
  const transport = createTransport({ ...pool, host, port, secure: true, tls: { ca }, auth: { user, pass: password } });
  await transport.verify();
  const letters = job.workload === 'sends' ? makeLetters(workload, job.server.sinks) : [];

  const send = async (count: number): Promise<Record<string, number>> => {
    const one = ({ from, to, bytes }: Letter): Promise<{ accepted: readonly unknown[] }> =>
      transport.sendMail({ envelope: { from, to: [to] }, raw: bytes });
    const replies = await Promise.all(letters.slice(0, count).map(one));
    return { accepted: replies.reduce((sum, reply) => sum + reply.accepted.length, 0) };
  };
  const sendHuge = async (): Promise<Record<string, number>> => {
    const [to = ''] = job.server.sinks;
    const raw = Readable.from(messageChunks({ index: 0, size: workload.size, place: workload.place, to }));
    return { accepted: (await transport.sendMail({ envelope: { from: user, to: [to] }, raw })).accepted.length };
  };
  const disposal = { [Symbol.asyncDispose]: async () => transport.close() };
  return job.workload === 'sends'
    ? { warmUp: () => send(workload.messages * WARM_UP_SHARE), work: () => send(workload.messages), ...disposal }
    : { warmUp: async () => {}, work: sendHuge, ...disposal };
}
