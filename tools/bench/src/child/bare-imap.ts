import { ImapFlow } from 'imapflow';
import { Digest, hashOf } from '../digest.ts';
import type { DovecotAddress, Job } from '../job.ts';
import { WARM_UP_SHARE, workloadNamed } from '../workloads.ts';
import type { Side } from './side.ts';

type Client = ImapFlow;
type Work = Pick<Side, 'warmUp' | 'work' | 'verify'>;

/** imapflow as somebody would use it who knows it well: one connection, one command where one will do. */
export async function openBareImap(job: Job<DovecotAddress>): Promise<Side> {
  const { place, messages } = workloadNamed(job.workload);
  const client = await connect(job.server);
  await client.mailboxOpen(place);
  return {
    ...works(client, messages)[job.workload],
    [Symbol.asyncDispose]: async () => client.logout(),
  } as Side;
}

async function connect({ host, imapsPort, ca, user, password }: DovecotAddress): Promise<Client> {
  // By itself imapflow enables CONDSTORE, and then asks for MODSEQ too whatever is fetched: an attribute ours does not ask for.
  const lean = { logger: false as const, disableAutoEnable: true };
  const client = new ImapFlow({ host, port: imapsPort, secure: true, tls: { ca }, auth: { user, pass: password }, ...lean });
  await client.connect();
  return client;
}

const works = (client: Client, messages: number): Partial<Record<Job['workload'], Work>> => ({
  envelopes: envelopes(client),
  'envelopes-newest': envelopes(client),
  'sources-10k': sources(client),
  'sources-5m': downloads(client, messages),
  'read-150m': downloads(client, messages),
  flags: flags(client, messages, { silent: false }),
  'flags-silent': flags(client, messages, { silent: true }),
});

const ATTRIBUTES = { uid: true, flags: true, envelope: true, internalDate: true, size: true, headers: ['references'] };

function envelopes(client: Client): Work {
  async function work(): Promise<Record<string, number>> {
    const tally = { messages: 0, octets: 0, references: 0 };
    for await (const message of client.fetch('1:*', ATTRIBUTES)) {
      tally.messages++;
      tally.octets += message.size ?? 0;
      tally.references += idsIn(message.headers).length;
    }
    return tally;
  }
  async function verify(): Promise<string> {
    const digest = new Digest();
    for await (const { envelope = {}, flags, internalDate, size, headers } of client.fetch('1:*', ATTRIBUTES)) {
      digest.add([
        withoutBrackets(envelope.messageId),
        envelope.subject,
        envelope.from?.map((one) => one.address),
        iso(envelope.date),
        iso(internalDate),
        [...(flags ?? [])].filter((flag) => flag !== '\\Recent').map(asKeyword).toSorted(),
        size,
        withoutBrackets(envelope.inReplyTo) ?? null,
        idsIn(headers),
      ]);
    }
    return digest.toString();
  }
  return { warmUp: work, work, verify };
}

const iso = (date: string | Date | undefined): string | undefined => (date === undefined ? undefined : new Date(date).toISOString());

const asKeyword = (flag: string): string => flag.replace('\\', '$').toLowerCase();

/** The least that somebody does who asks for the References header: a list of ids. */
const idsIn = (headers: Buffer | undefined): string[] => headers?.toString('latin1').match(/(?<=<)[^<>]+(?=>)/gu) ?? [];

const withoutBrackets = (id: string | undefined): string | undefined => id?.replace(/^<|>$/gu, '');

function sources(client: Client): Work {
  async function work(): Promise<Record<string, number>> {
    const tally = { messages: 0, octets: 0 };
    for await (const { source } of client.fetch('1:*', { uid: true, source: true })) {
      tally.messages++;
      tally.octets += source?.length ?? 0;
    }
    return tally;
  }
  async function verify(): Promise<string> {
    const digest = new Digest();
    for await (const { source } of client.fetch('1:*', { uid: true, source: true })) digest.add(await hashOf([source ?? Buffer.alloc(0)]));
    return digest.toString();
  }
  return { warmUp: work, work, verify };
}

/** The default chunk of 64 KB would cost one round trip each: more than twice the time. */
const CHUNK = { uid: true, chunkSize: 1 << 20 };

function downloads(client: Client, messages: number): Work {
  async function* contents(count: number): AsyncGenerator<AsyncIterable<Buffer>> {
    for (let uid = 1; uid <= count; uid++) {
      const { content } = await client.download(String(uid), undefined, CHUNK);
      if (content === undefined) throw new Error(`UID ${uid} has no content.`);
      yield content;
    }
  }
  async function read(count: number): Promise<Record<string, number>> {
    const tally = { messages: 0, octets: 0 };
    for await (const content of contents(count)) {
      tally.messages++;
      for await (const chunk of content) tally.octets += chunk.length;
    }
    return tally;
  }
  async function verify(): Promise<string> {
    const digest = new Digest();
    for await (const content of contents(messages)) digest.add(await hashOf(content));
    return digest.toString();
  }
  return { warmUp: async () => (messages > 1 ? read(messages * WARM_UP_SHARE) : undefined), work: () => read(messages), verify };
}

/** The server answers with a row for each message, so that one that is gone shows; `silent` gives that up for speed. */
function flags(client: Client, messages: number, { silent }: { readonly silent: boolean }): Work {
  const range = `1:${messages}`;
  const store = async (method: 'messageFlagsAdd' | 'messageFlagsRemove', uids: string): Promise<void> => {
    if (!(await client[method](uids, ['\\Seen'], { uid: true, silent }))) throw new Error(`${method} failed.`);
  };
  async function work(): Promise<Record<string, number>> {
    await store('messageFlagsAdd', range);
    await store('messageFlagsRemove', range);
    return { messages };
  }
  async function verify(): Promise<undefined> {
    await store('messageFlagsAdd', range);
    await store('messageFlagsRemove', `1:${messages / 2}`);
  }
  const warmUp = async (): Promise<void> => {
    for (let round = 0; round < 3; round++) await work();
  };
  return { warmUp, work, verify };
}
