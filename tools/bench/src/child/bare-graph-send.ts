import { Readable } from 'node:stream';
import { Splitter, type SplitterChunk } from '@zone-eu/mailsplit';
import type { Job, Tally, TenantAddress } from '../job.ts';
import { messageChunks, messageIdOf, recipientsOf } from '../messages.ts';
import { viaOf, WARM_UP_SHARE, workloadNamed } from '../workloads.ts';
import { counting } from './counting.ts';
import { GraphCaller } from './graph-caller.ts';
import { inParallel } from './in-parallel.ts';
import { type Letter, makeLetters } from './letters.ts';
import type { Side } from './side.ts';

interface Draft {
  readonly id: string;
}

/** undici making the requests that ours makes: a draft, its attachment where it is large, and the sending of it. */
export async function openBareGraphSend(job: Job<TenantAddress>): Promise<Side> {
  const workload = workloadNamed(job.workload);
  const { user, sinks } = job.server;
  const graph = new GraphCaller(job.server, viaOf(job.workload));
  await graph.run('GET', '/mailFolders/inbox?$select=id');
  const letters = workload.messages > 1 ? makeLetters(workload, sinks, user) : [];

  const send = ({ id }: Draft): Promise<void> => graph.run('POST', `/messages/${encodeURIComponent(id)}/send`);
  const sendAll = async (count: number): Promise<Tally> => {
    let accepted = 0;
    await inParallel(letters.slice(0, count), async ({ named, bytes }: Letter) => {
      await send(await graph.json<Draft>('POST', '/messages', { body: bytes.toString('base64'), type: 'text/plain' }));
      accepted += named.length;
    });
    return { accepted };
  };
  const sendLarge = async (): Promise<Tally> => {
    const [to = ''] = sinks;
    const { size, place } = workload;
    const { text, attachment } = await takeApart(messageChunks({ index: 0, size, place, to, from: user }));
    const named = recipientsOf({ index: 0, to });
    const draft = await graph.json<Draft>('POST', '/messages', { body: JSON.stringify(draftOf({ user, named, text, place })), type: 'application/json' });
    await upload(graph, draft, attachment);
    await send(draft);
    return { accepted: named.length };
  };
  const work = (): Promise<Tally> => (workload.messages > 1 ? sendAll(workload.messages) : sendLarge());
  return {
    warmUp: () => (workload.messages > 1 ? sendAll(workload.messages * WARM_UP_SHARE) : sendLarge()),
    work: counting(graph, work),
    [Symbol.asyncDispose]: () => graph[Symbol.asyncDispose](),
  };
}

/** Text and attachment of a message that has one of each, all of it in memory: there is no quicker way. */
async function takeApart(chunks: Iterable<Buffer>): Promise<{ readonly text: string; readonly attachment: Buffer }> {
  const bodies: Buffer[][] = [];
  for await (const event of Readable.from(chunks).pipe(new Splitter()) as AsyncIterable<SplitterChunk>) {
    if (event.type === 'node' && !event.multipart) bodies.push([]);
    else if (event.type === 'body') bodies.at(-1)?.push(Buffer.from(event.value));
  }
  const [text = '', encoded = ''] = bodies.map((body) => Buffer.concat(body).toString('latin1'));
  return { text, attachment: Buffer.from(encoded, 'base64') };
}

interface Content {
  readonly user: string;
  readonly named: readonly string[];
  readonly text: string;
  readonly place: string;
}

function draftOf({ user, named, text, place }: Content): unknown {
  const [to, other, copy] = named.map((address) => ({ emailAddress: { address } }));
  return {
    subject: 'Quarterly report 0 – résumé',
    body: { contentType: 'text', content: text },
    from: { emailAddress: { address: user } },
    toRecipients: [to, other],
    ccRecipients: [copy],
    internetMessageId: `<${messageIdOf(place, 0)}>`,
  };
}

/** Below 4 MB, and a multiple of 320 KiB. */
const PIECE = 12 * 320 * 1024;

async function upload(graph: GraphCaller, { id }: Draft, attachment: Buffer): Promise<void> {
  const { length: size } = attachment;
  const { uploadUrl } = await graph.json<{ readonly uploadUrl: string }>('POST', `/messages/${encodeURIComponent(id)}/attachments/createUploadSession`, {
    body: JSON.stringify({ AttachmentItem: { attachmentType: 'file', name: 'f.bin', size, contentType: 'application/octet-stream', isInline: false } }),
    type: 'application/json',
  });
  for (let from = 0; from < size; from += PIECE) {
    const piece = attachment.subarray(from, from + PIECE);
    const headers = { 'content-range': `bytes ${from}-${from + piece.length - 1}/${size}` };
    await graph.run('PUT', uploadUrl, { body: piece, type: 'application/octet-stream', headers, anonymous: true });
  }
}
