import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { keptSource, startTenant, type Tenant } from '@signalbox/tenant-sim';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withConfig } from './workspace.ts';

const ROOT = join(import.meta.dirname, '../../..');
const EXAMPLES = join(ROOT, 'examples/library');
const ADDRESS = 'sales@contoso.test';

const configuration = ({ doors, directory }: Tenant): string => `version: 1
organization: contoso
entra: { tenant: ${directory.tenant.domain}, clientId: 00000000-0000-0000-0000-000000000001, clientSecret: '\${env:CLIENT_SECRET}' }
auth: { entra: { authority: 'https://localhost:${doors.entra!.port}' } }
servers: { graph: { baseUrl: '${doors.graph!.baseUrl}', pollIntervalMs: 100 } }
mailboxes:
  - { id: sales, address: ${ADDRESS}, flow: o365-client-credentials, backlog: everything }
`;

const cleanup = new AsyncDisposableStack();
let tenant: Tenant;
let env: Readonly<Record<string, string>>;
let folder: string;
beforeAll(async () => {
  tenant = cleanup.use(await startTenant({ mime: 'kept' }));
  ({ folder } = cleanup.use(await withConfig(configuration(tenant), { 'ca.pem': tenant.certificates.ca })));
  env = { SIGNALBOX_CONFIG: join(folder, 'signalbox.yaml'), SIGNALBOX_DATA: join(folder, 'data'), CLIENT_SECRET: 'adapter-secret', NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'), PATH: process.env['PATH'] ?? '' };
});
afterAll(() => cleanup.disposeAsync());

const command = (name: string, argv: readonly string[]): string[] => ['--conditions=@signalbox/source', join(EXAMPLES, 'src', `${name}.ts`), ...argv];
const run = async (name: string, ...argv: readonly string[]): Promise<string> => (await promisify(execFile)(process.execPath, command(name, argv), { env, timeout: 60_000 })).stdout;

/** Until something is printed, and Ctrl-C then. */
async function until(wanted: RegExp, name: string): Promise<{ readonly printed: string; readonly code: number | null }> {
  const child: ChildProcess = spawn(process.execPath, command(name, []), { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const gone = once(child, 'exit') as Promise<[number | null]>;
  let printed = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (printed += text));
  try {
    await expect.poll(() => printed, { timeout: 60_000 }).toMatch(wanted);
  } finally {
    child.kill('SIGINT');
  }
  return { printed, code: (await gone)[0] };
}

const append = (subject: string): void =>
  void tenant.store.mailbox(ADDRESS)!.append('inbox', { source: keptSource(Buffer.from(`From: ada@example.org\r\nTo: ${ADDRESS}\r\nSubject: ${subject}\r\nMessage-ID: <${subject}@example.org>\r\n\r\nHi\r\n`)) });
const subjects = (): readonly string[] => tenant.mailFlow.submitted.map(({ raw }) => /^Subject: (.*)\r$/m.exec(raw.toString())?.[1] ?? '');

describe('the examples of the library', { timeout: 240_000 }, () => {
  it('compile', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [join(ROOT, 'node_modules/@typescript/compiler/bin/tsc'), '-p', EXAMPLES, '--customConditions', '@signalbox/source', '--lib', 'esnext']);
    expect(stdout).toBe('');
  });

  it('are named in their README, each of them', async () => {
    const readme = await readFile(join(EXAMPLES, 'README.md'), 'utf8');
    for (const file of readdirSync(join(EXAMPLES, 'src'))) expect(readme).toContain(`](src/${file})`);
  });

  it('receive, and do with a message what can be done with it', async () => {
    append('one');
    append('later');
    const { printed, code } = await until(/octets: later/, 'deliveries');
    expect([code, printed]).toEqual([0, expect.stringMatching(/octets: one/) as string]);
    expect(printed).toContain('comes again');
    const id = /^(\S+) sales \d+ octets: one$/m.exec(printed)?.[1] ?? '';
    expect(await run('unread', 'sales')).toBe('Number of unread emails: 2\n');
    expect(await run('reply', id)).toBe('reply sent\n');
    expect(await run('forward', id, 'bob@example.org')).toBe('forward sent\n');
    expect(subjects()).toEqual([expect.stringMatching(/^Re: one/), expect.stringMatching(/^Fwd?: one/)]);
    expect(await run('mark', id)).toBe('marked\n');
    expect(await run('unread', 'sales')).toBe('Number of unread emails: 1\n');
    expect(await run('move', id)).toBe('moved\n');
    expect(tenant.store.mailbox(ADDRESS)!.folder('archive')?.messages).toHaveLength(1);
  });

  it('send once', async () => {
    expect(await run('send', 'sales', 'ada@example.org')).toBe('one mail sent\n');
    expect(subjects().filter((subject) => subject === 'Your order')).toHaveLength(1);
  });

  it('tell how it goes', async () => {
    expect(await run('status')).toMatch(/^sales active \d open/);
    expect(JSON.parse(await run('explain'))).toMatchObject({ id: 'sales', receive: { transport: 'graph' } });
    expect((await until(/ sales mailbox-active/, 'events')).code).toBe(0);
  });
});
