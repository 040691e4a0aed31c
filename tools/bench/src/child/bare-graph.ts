import { Digest, hashOf } from '../digest.ts';
import type { Job, Tally, TenantAddress } from '../job.ts';
import { viaOf, WARM_UP_SHARE, workloadNamed, workNamed } from '../workloads.ts';
import { counting } from './counting.ts';
import { GraphCaller, queryOf } from './graph-caller.ts';
import { essenceOf, referencesIn, type ShownMessage } from './graph-essence.ts';
import { inParallel } from './in-parallel.ts';
import type { Side } from './side.ts';

type Work = Pick<Side, 'warmUp' | 'work' | 'verify'>;

interface Page<T> {
  readonly value: readonly T[];
  readonly '@odata.nextLink'?: string;
}

/** undici and Graph as somebody would use them who knows both well: the requests that ours makes, and nothing around them. */
export async function openBareGraph(job: Job<TenantAddress>): Promise<Side> {
  const { place, messages } = workloadNamed(job.workload);
  const graph = new GraphCaller(job.server, viaOf(job.workload));
  const folder = await folderNamed(graph, place);
  const { warmUp, work, verify } = await workOf(job, { graph, folder, messages });
  return { warmUp, work: counting(graph, work), ...(verify && { verify }), [Symbol.asyncDispose]: () => graph[Symbol.asyncDispose]() };
}

interface Ground {
  readonly graph: GraphCaller;
  readonly folder: string;
  readonly messages: number;
}

async function workOf({ workload }: Pick<Job, 'workload'>, ground: Ground): Promise<Work> {
  const { graph, folder } = ground;
  switch (workNamed(workload)) {
    case 'graph-changes':
      return listing(graph, `/mailFolders/${folder}/messages/delta?${queryOf(SUMMARY)}`, 'odata.maxpagesize=200');
    case 'graph-list':
      return listing(graph, `/mailFolders/${folder}/messages?${queryOf({ ...SUMMARY, $top: 250 })}`);
    case 'graph-sources-10k':
      return sources(graph, await idsIn(ground));
    case 'graph-flags':
      return flags(graph, await idsIn(ground));
    default:
      return bigSources(graph, await idsIn(ground));
  }
}

async function folderNamed(graph: GraphCaller, name: string): Promise<string> {
  const { value } = await graph.json<Page<{ readonly id: string }>>('GET', `/mailFolders?${queryOf({ $filter: `displayName eq '${name}'`, $select: 'id' })}`);
  const [folder] = value;
  if (folder === undefined) throw new Error(`There is no folder ${name}.`);
  return encodeURIComponent(folder.id);
}

/** In the order of seeding. */
async function idsIn({ graph, folder, messages }: Ground): Promise<readonly string[]> {
  const { value } = await graph.json<Page<{ readonly id: string }>>('GET', `/mailFolders/${folder}/messages?${queryOf({ $select: 'id', $orderby: 'receivedDateTime', $top: messages })}`);
  return value.map(({ id }) => encodeURIComponent(id));
}

const SUMMARY = {
  $select: 'id,parentFolderId,internetMessageId,receivedDateTime,sentDateTime,createdDateTime,lastModifiedDateTime,subject,from,isRead,isDraft,flag',
  $expand: "singleValueExtendedProperties($filter=id eq 'String 0x1042' or id eq 'String 0x1039')",
};

/** Page after page, as the links say. */
function listing(graph: GraphCaller, path: string, prefer?: string): Work {
  async function* pages(): AsyncGenerator<readonly ShownMessage[]> {
    for (let next: string | undefined = path; next !== undefined; ) {
      const page: Page<ShownMessage> = await graph.json('GET', next, prefer === undefined ? {} : { prefer });
      yield page.value;
      next = page['@odata.nextLink'];
    }
  }
  async function work(): Promise<Tally> {
    const tally = { messages: 0, references: 0 };
    for await (const page of pages()) {
      for (const message of page) {
        tally.messages++;
        tally.references += referencesIn(message).length;
      }
    }
    return tally;
  }
  async function verify(): Promise<string> {
    const digest = new Digest();
    for await (const page of pages()) for (const message of page) digest.add(essenceOf(message));
    return digest.toString();
  }
  return { warmUp: work, work, verify };
}

function sources(graph: GraphCaller, ids: readonly string[]): Work {
  const read = async (id: string): Promise<ArrayBuffer> => (await graph.open('GET', `/messages/${id}/$value`, { accept: '*/*' })).arrayBuffer();
  async function work(): Promise<Tally> {
    const tally = { messages: 0, octets: 0 };
    await inParallel(ids, async (id) => {
      const source = await read(id);
      tally.messages++;
      tally.octets += source.byteLength;
    });
    return tally;
  }
  async function verify(): Promise<string> {
    const digest = new Digest();
    await inParallel(ids, async (id) => digest.add(await hashOf([new Uint8Array(await read(id))])));
    return digest.toString();
  }
  return { warmUp: work, work, verify };
}

function bigSources(graph: GraphCaller, ids: readonly string[]): Work {
  const open = (id: string): ReturnType<GraphCaller['open']> => graph.open('GET', `/messages/${id}/$value`, { accept: '*/*' });
  async function read(count: number): Promise<Tally> {
    const tally = { messages: 0, octets: 0 };
    for (const id of ids.slice(0, count)) {
      tally.messages++;
      for await (const chunk of (await open(id)).chunks()) tally.octets += chunk.length;
    }
    return tally;
  }
  async function verify(): Promise<string> {
    const digest = new Digest();
    for (const id of ids) digest.add(await hashOf((await open(id)).chunks()));
    return digest.toString();
  }
  return { warmUp: () => read(ids.length * WARM_UP_SHARE), work: () => read(ids.length), verify };
}

const MOST_ITEMS = 20;

function flags(graph: GraphCaller, ids: readonly string[]): Work {
  const itemOf = (id: string, index: number, isRead: boolean): unknown => ({
    id: String(index),
    method: 'PATCH',
    url: `${graph.user}/messages/${id}`,
    headers: { Prefer: 'IdType="ImmutableId", return=minimal', 'Content-Type': 'application/json' },
    body: { isRead },
  });
  const mark = async (marked: readonly string[], isRead: boolean): Promise<number> => {
    let done = 0;
    for (let at = 0; at < marked.length; at += MOST_ITEMS) {
      const requests = marked.slice(at, at + MOST_ITEMS).map((id, index) => itemOf(id, index, isRead));
      const { responses } = await graph.json<{ readonly responses: readonly { readonly status: number }[] }>('POST', '/$batch', { body: JSON.stringify({ requests }), type: 'application/json' });
      done += responses.filter(({ status }) => status < 300).length;
    }
    if (done !== marked.length) throw new Error(`${done} of ${marked.length} messages were marked.`);
    return done;
  };
  async function work(): Promise<Tally> {
    await mark(ids, true);
    return { messages: await mark(ids, false) };
  }
  async function verify(): Promise<undefined> {
    await mark(ids, true);
    await mark(ids.slice(0, ids.length / 2), false);
  }
  return { warmUp: work, work, verify };
}
