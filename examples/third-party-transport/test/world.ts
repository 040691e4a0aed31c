import { openTestHost, type SubmittedMessage, type World } from '@signalbox/conformance';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { plugin } from '../src/index.ts';

const ADDRESS = 'me@example.test';

/** The transport on a directory of its own. The second door reads the directory as the mail server would. */
export async function openWorld(): Promise<World> {
  const directory = await mkdtemp(join(tmpdir(), 'pickup-'));
  const issuer = { kind: 'password', username: ADDRESS, issue: async () => 'never asked for' } as const;
  const host = await openTestHost({ plugin, mailbox: { id: 'me', address: ADDRESS }, config: { directory }, issuer });
  return {
    ...host.world,
    transport: await host.open(),
    recipients: ['one@example.test', 'two@example.test'],
    door: { submitted: () => collected(directory) },
    faults: { foreignSender: 'somebody-else@example.test' },
    sharesProcess: true,
    async [Symbol.asyncDispose]() {
      await host[Symbol.asyncDispose]();
      await rm(directory, { recursive: true });
    },
  };
}

async function collected(directory: string): Promise<readonly SubmittedMessage[]> {
  const files = (await readdir(directory)).filter((name) => name.endsWith('.eml')).map((name) => join(directory, name));
  const dated = await Promise.all(files.map(async (file) => ({ file, at: (await stat(file, { bigint: true })).mtimeNs })));
  const inOrder = dated.toSorted((a, b) => (a.at < b.at ? -1 : 1));
  return Promise.all(inOrder.map(async ({ file }) => takeApart(await readFile(file))));
}

function takeApart(stored: Buffer): SubmittedMessage {
  const rcptTo: string[] = [];
  let mailFrom = '';
  for (let start = 0; ; ) {
    const end = stored.indexOf('\r\n', start);
    const [, name, address] = /^(x-sender|x-receiver): (.*)$/.exec(stored.subarray(start, end).toString()) ?? [];
    if (name === undefined || address === undefined) return { mailFrom, rcptTo, raw: stored.subarray(start) };
    if (name === 'x-sender') mailFrom = address;
    else rcptTo.push(address);
    start = end + 2;
  }
}
