import type { SubmittedMessage, World } from '@signalbox/conformance';
import { type MailTransport, secret } from '@signalbox/core';
import { systemClock } from '@signalbox/kit';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { plugin } from '../src/index.ts';

const ADDRESS = 'me@example.test';

/** The transport on a directory of its own. The second door reads the directory as the mail server would. */
export async function openWorld(): Promise<World> {
  const directory = await mkdtemp(join(tmpdir(), 'pickup-'));
  const opened: MailTransport[] = [];
  const open = async (): Promise<MailTransport> => {
    const transport = await plugin.open({
      mailbox: { id: 'me', address: ADDRESS },
      config: { directory },
      credentials: { getCredential: async () => ({ kind: 'password', username: ADDRESS, password: secret('never asked for') }) },
      clock: systemClock,
      fetch,
      network: {},
      log: { log() {} },
    });
    opened.push(transport);
    return transport;
  };
  return {
    plugin,
    transport: await open(),
    address: ADDRESS,
    recipients: ['one@example.test', 'two@example.test'],
    reopen: open,
    config: { directory },
    door: { submitted: () => collected(directory) },
    faults: { foreignSender: 'somebody-else@example.test' },
    sharesProcess: true,
    async [Symbol.asyncDispose]() {
      for (const transport of opened) await transport[Symbol.asyncDispose]();
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
