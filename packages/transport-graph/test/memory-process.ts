// Does one job with a large message and says how much memory that took at its peak: apart from the process that simulates the server.
import { once } from 'node:events';
import { setInterval } from 'node:timers';
import { type ByteSource, type MailTransport, type MessageRef, type Receive, secret } from '@signalbox/core';
import { systemClock } from '@signalbox/kit';
import { Agent, fetch as undiciFetch } from 'undici';
import { graphConfig } from '../src/config.ts';
import { plugin } from '../src/index.ts';
import { letterWithFiles, octetAt } from './large-letters.ts';

export interface MemoryTask {
  readonly job: 'send' | 'fetch-attachment' | 'fetch-raw';
  readonly baseUrl: string;
  readonly ca: string;
  readonly token: string;
  readonly address: string;
  readonly octets: number;
}

export interface MemoryReport {
  /** Octets of resident memory above what the process had after the same job with a small message. */
  readonly extra: number;
  /** Octets that were fetched. */
  readonly fetched: number;
}

type Job = (transport: MailTransport, octets: number) => Promise<number>;

const JOBS: Readonly<Record<MemoryTask['job'], Job>> = {
  async send({ send }, octets) {
    await send!.dispatch(letterWithFiles([{ name: 'large.bin', octets }]));
    return 0;
  },
  async 'fetch-attachment'({ receive }, octets) {
    const ref = await messageOf(receive!, octets);
    const [file] = await receive!.listAttachments(ref);
    return octetsIn(await receive!.fetchAttachment(ref, file!.id), true);
  },
  async 'fetch-raw'({ receive }, octets) {
    return octetsIn(await receive!.fetchRaw(await messageOf(receive!, octets)), false);
  },
};

const SMALL = 100_000;

async function main(): Promise<void> {
  const [task] = (await once(process, 'message')) as [MemoryTask];
  const dispatcher = new Agent({ connect: { ca: task.ca } });
  await using transport = await plugin.open({
    mailbox: { id: 'sales', address: task.address },
    config: graphConfig.parse({ baseUrl: task.baseUrl }),
    credentials: { getCredential: async () => ({ kind: 'bearer', username: task.address, token: secret(task.token) }) },
    clock: systemClock,
    fetch: ((input: Parameters<typeof undiciFetch>[0], init?: Parameters<typeof undiciFetch>[1]) => undiciFetch(input, { ...init, dispatcher })) as unknown as typeof globalThis.fetch,
    network: {},
    log: { log() {} },
  });
  await JOBS[task.job](transport, SMALL);
  const baseline = process.memoryUsage.rss();
  let [peak, fetched] = [0, 0];
  const sampling = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 5);
  fetched = await JOBS[task.job](transport, task.octets);
  clearInterval(sampling);
  process.send!({ extra: peak - baseline, fetched } satisfies MemoryReport);
  process.disconnect();
  await dispatcher.destroy();
}

/** Both sizes lie in Sent: the smaller one first, because it was sent first. */
async function messageOf(receive: Receive, octets: number): Promise<MessageRef> {
  const sent = await receive.findFolder({ role: 'sent' });
  const refs: MessageRef[] = [];
  for await (const { ref } of receive.list({ folder: sent.id })) refs.push(ref);
  const ref = refs.at(octets === SMALL ? -1 : 0);
  if (!ref) throw new Error('There is no such message.');
  return ref;
}

/** Counts them, and compares with those that were sent: without making any garbage of its own. */
async function octetsIn(source: ByteSource, compared: boolean): Promise<number> {
  await using _ = source;
  let at = 0;
  for await (const chunk of source.bytes) {
    if (compared) for (let index = 0; index < chunk.byteLength; index += 1) if (chunk[index] !== octetAt(at + index)) throw new Error(`Another octet than was sent, at ${at + index}.`);
    at += chunk.byteLength;
  }
  return at;
}

await main();
