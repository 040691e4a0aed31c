import type { ListRequest, MailTransport, Mutate, Receive } from '@signalbox/core';
import { plugin } from '@signalbox/transport-imap';
import { Digest } from '../digest.ts';
import type { DovecotAddress, Job } from '../job.ts';
import { workloadNamed } from '../workloads.ts';
import { contextOf } from './host.ts';
import { bigSources, flags, sources } from './our-reading.ts';
import type { Side } from './side.ts';
import { essence } from './summary-essence.ts';

type Work = Pick<Side, 'warmUp' | 'work' | 'verify'>;

/** Our IMAP transport, which has both facets. */
export type ImapTransport = MailTransport & { readonly receive: Receive; readonly mutate: Mutate };

export async function openImapTransport(server: DovecotAddress): Promise<ImapTransport> {
  const { host, imapsPort: port } = server;
  const transport = await plugin.open(await contextOf(plugin, { host, port }, server));
  if (transport.receive === undefined || transport.mutate === undefined) throw new Error('The IMAP transport lacks a facet.');
  return transport as ImapTransport;
}

/** Our transport as the contract offers it: the call for many messages where there is one. */
export async function openOurImap(job: Job<DovecotAddress>): Promise<Side> {
  const { place } = workloadNamed(job.workload);
  const transport = await openImapTransport(job.server);
  const folder = await transport.receive.findFolder({ path: [place] });
  // As on the bare side the folder is open, on a connection that stays, before anything is measured.
  await transport.receive.unread(folder.id);
  const work = workOf(job, transport, folder.id);
  return { ...work, [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose]() };
}

function workOf({ workload, refs = [] }: Pick<Job, 'workload' | 'refs'>, { receive, mutate }: ImapTransport, folder: string): Work {
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
