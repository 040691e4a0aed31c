import type { ByteSource, ListRequest, MailTransport, MessageRef, MessageSummary, Mutate, Receive } from '@signalbox/core';
import { plugin } from '@signalbox/transport-imap';
import { Digest, hashOf } from '../digest.ts';
import type { Job, ServerAddress } from '../job.ts';
import { WARM_UP_SHARE, workloadNamed } from '../workloads.ts';
import { contextOf } from './host.ts';
import type { Side } from './side.ts';

type Work = Pick<Side, 'warmUp' | 'work' | 'verify'>;

/** Our IMAP transport, which has both facets. */
export type ImapTransport = MailTransport & { readonly receive: Receive; readonly mutate: Mutate };

export async function openImapTransport(server: ServerAddress): Promise<ImapTransport> {
  const { host, imapsPort: port } = server;
  const transport = await plugin.open(await contextOf(plugin, { host, port }, server));
  if (transport.receive === undefined || transport.mutate === undefined) throw new Error('The IMAP transport lacks a facet.');
  return transport as ImapTransport;
}

/** Our transport as the contract offers it: the call for many messages where there is one. */
export async function openOurImap(job: Job): Promise<Side> {
  const { place } = workloadNamed(job.workload);
  const transport = await openImapTransport(job.server);
  const folder = await transport.receive.findFolder({ path: [place] });
  // As on the bare side the folder is open, on a connection that stays, before anything is measured.
  await transport.receive.unread(folder.id);
  const work = workOf(job, transport, folder.id);
  return { ...work, [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose]() };
}

function workOf({ workload, refs = [] }: Job, { receive, mutate }: ImapTransport, folder: string): Work {
  switch (workload) {
    case 'envelopes':
      return envelopes(receive, { folder, order: 'any' });
    case 'envelopes-newest':
      return envelopes(receive, { folder });
    case 'sources-10k':
      return sources(receive, refs);
    case 'flags':
    case 'flags-silent':
      return flags(mutate, refs);
    default:
      return bigSources(receive, refs);
  }
}

function envelopes(receive: Receive, request: ListRequest): Work {
  async function work(): Promise<Record<string, number>> {
    const tally = { messages: 0, octets: 0, references: 0 };
    for await (const message of receive.list(request)) {
      tally.messages++;
      tally.octets += message.size ?? 0;
      tally.references += message.references?.length ?? 0;
    }
    return tally;
  }
  async function verify(): Promise<string> {
    const digest = new Digest();
    for await (const message of receive.list(request)) digest.add(essence(message));
    return digest.toString();
  }
  return { warmUp: work, work, verify };
}

/** All but the ref, which is opaque: that it names this message shows where sources are fetched by it. */
const essence = (message: MessageSummary): unknown => [
  message.messageId,
  message.subject,
  message.from,
  message.sentAt?.toISOString(),
  message.receivedAt.toISOString(),
  [...message.keywords].toSorted(),
  message.size,
  message.inReplyTo ?? null,
  message.references ?? [],
];

function sources(receive: Receive, refs: readonly MessageRef[]): Work {
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

function bigSources(receive: Receive, refs: readonly MessageRef[]): Work {
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

function flags(mutate: Mutate, refs: readonly MessageRef[]): Work {
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
