import type { MailTransport, Mutate, Receive, Send } from '@signalbox/core';
import { plugin } from '@signalbox/transport-graph';
import { Digest } from '../digest.ts';
import type { Job, Tally, TenantAddress } from '../job.ts';
import { workloadNamed, workNamed } from '../workloads.ts';
import { counting, type RequestCounter } from './counting.ts';
import { contextOf, countedFetch } from './graph-host.ts';
import { bigSources, flags, sources } from './our-reading.ts';
import type { Side } from './side.ts';
import { essence } from './summary-essence.ts';

type Work = Pick<Side, 'warmUp' | 'work' | 'verify'>;

/** Our Graph transport, which has all facets. */
export type GraphTransport = MailTransport & { readonly receive: Receive; readonly mutate: Mutate; readonly send: Send };

/** Our transport over a counting `fetch`; disposal ends both. */
export async function openGraphTransport(server: TenantAddress): Promise<GraphTransport & RequestCounter> {
  const network = countedFetch(server.ca);
  const transport = await plugin.open(await contextOf(plugin, { baseUrl: server.baseUrl }, server, network.fetch));
  const { receive, mutate, send } = transport;
  if (receive === undefined || mutate === undefined || send === undefined) throw new Error('The Graph transport lacks a facet.');
  return {
    ...transport,
    receive,
    mutate,
    send,
    taken: network.taken,
    async [Symbol.asyncDispose]() {
      await transport[Symbol.asyncDispose]();
      await network[Symbol.asyncDispose]();
    },
  };
}

/** Reading and marking, by the call for many messages where there is one. Each request is counted, so that either side makes as many. */
export async function openOurGraph(job: Job<TenantAddress>): Promise<Side> {
  const transport = await openGraphTransport(job.server);
  const folder = await transport.receive.findFolder({ path: [workloadNamed(job.workload).place] });
  const { warmUp, work, verify } = workOf(job, transport, folder.id);
  return {
    warmUp,
    work: counting(transport, work),
    ...(verify && { verify }),
    [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose](),
  };
}

function workOf({ workload, refs = [] }: Job<TenantAddress>, { receive, mutate }: GraphTransport, folder: string): Work {
  switch (workNamed(workload)) {
    case 'graph-changes':
      return changes(receive, folder);
    case 'graph-list':
      return listing(receive, folder);
    case 'graph-sources-10k':
      return sources(receive, refs);
    case 'graph-flags':
      return flags(mutate, refs);
    default:
      return bigSources(receive, refs);
  }
}

function changes(receive: Receive, folder: string): Work {
  const sweep = () => receive.changes({ folder, since: { kind: 'beginning' } });
  async function work(): Promise<Tally> {
    const tally = { messages: 0, references: 0 };
    for await (const batch of sweep()) {
      for (const change of batch.changes) {
        if (change.type !== 'message-added') continue;
        tally.messages++;
        tally.references += change.message.references?.length ?? 0;
      }
    }
    return tally;
  }
  async function verify(): Promise<string> {
    const digest = new Digest();
    for await (const batch of sweep()) {
      for (const change of batch.changes) digest.add(change.type === 'message-added' ? essence(change.message) : change.type);
    }
    return digest.toString();
  }
  return { warmUp: work, work, verify };
}

function listing(receive: Receive, folder: string): Work {
  async function work(): Promise<Tally> {
    const tally = { messages: 0, references: 0 };
    for await (const { references } of receive.list({ folder, order: 'any' })) {
      tally.messages++;
      tally.references += references?.length ?? 0;
    }
    return tally;
  }
  async function verify(): Promise<string> {
    const digest = new Digest();
    for await (const message of receive.list({ folder, order: 'any' })) digest.add(essence(message));
    return digest.toString();
  }
  return { warmUp: work, work, verify };
}
