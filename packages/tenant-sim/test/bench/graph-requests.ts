import { fork } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { Agent, request } from 'undici';

// How many lists of messages the Graph door answers in a second: keep-alive HTTPS, 8 connections, the tenant in its own process.
// node tools/launch.mjs --conditions=@signalbox/source packages/tenant-sim/test/bench/graph-requests.ts [seconds]

interface Target {
  readonly baseUrl: string;
  readonly ca: string;
  readonly token: string;
  readonly mailbox: string;
}

const CONNECTIONS = 8;
const seconds = Number(process.argv[2] ?? 5);

const child = fork(new URL('server.ts', import.meta.url), { execArgv: process.execArgv });
const [{ baseUrl, ca, token, mailbox }] = (await once(child, 'message')) as [Target];
const dispatcher = new Agent({ connect: { ca }, connections: CONNECTIONS, pipelining: 1 });
const url = `${baseUrl}/users/${mailbox}/messages?$top=10&$select=id,subject,from,receivedDateTime,isRead,internetMessageId,hasAttachments,parentFolderId`;

async function run(until: number): Promise<number> {
  let answered = 0;
  while (performance.now() < until) {
    const { statusCode, body } = await request(url, { dispatcher, headers: { authorization: `Bearer ${token}` } });
    const { byteLength } = await body.arrayBuffer();
    if (statusCode !== 200 || byteLength < 1_000) throw new Error(`An answer ${statusCode} of ${byteLength} octets.`);
    answered += 1;
  }
  return answered;
}

const together = async (ms: number): Promise<number> => {
  const from = performance.now();
  const counts = await Promise.all(Array.from({ length: CONNECTIONS }, () => run(from + ms)));
  return (counts.reduce((sum, count) => sum + count, 0) * 1_000) / (performance.now() - from);
};

await together(1_000);
const rate = await together(seconds * 1_000);
process.stdout.write(`${Math.round(rate)} requests/s over ${CONNECTIONS} connections for ${seconds} s\n`);
await dispatcher.close();
child.disconnect();
