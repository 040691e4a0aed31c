import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { keptSource, startTenant, type Tenant } from '@signalbox/tenant-sim';
import { describe, expect, it } from 'vitest';
import { CLIENT_ID } from './entra-tenant.ts';
import { EXIT, signalbox } from './io.ts';
import { withConfig } from './workspace.ts';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const MAILBOXES = ['sales', 'support', 'shared'] as const;

/** A way to the server that counts who takes it. */
interface Way extends AsyncDisposable {
  readonly port: number;
  readonly taken: () => number;
  readonly open: () => number;
}

async function openWay(to: number): Promise<Way> {
  const sockets = new Set<Socket>();
  let taken = 0;
  const server = createServer((socket) => {
    taken += 1;
    sockets.add(socket);
    const onward = connect(to, '127.0.0.1');
    socket.pipe(onward).pipe(socket);
    for (const [one, other] of [[socket, onward], [onward, socket]] as const) one.on('error', () => {}).on('close', () => (other.destroy(), sockets.delete(socket)));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    taken: () => taken,
    open: () => sockets.size,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

const configuration = ({ doors, directory }: Tenant, ports: readonly number[], ofSupport = ''): string => `version: 1
organization: contoso
network: { ca: ca.pem }
entra: { tenant: ${directory.tenant.domain}, clientId: ${CLIENT_ID}, clientSecret: '\${env:CLIENT_SECRET}', authority: 'https://localhost:${doors.entra!.port}' }
defaults: { receive: o365-imap-client-credentials, backlog: everything }
mailboxes:
${MAILBOXES.map((id, index) => `  - { id: ${id}, address: ${id}@contoso.test, servers: { imap: { host: localhost, port: ${ports[index]}, tls: implicit${id === 'support' ? ofSupport : ''} } } }`).join('\n')}
`;

/** Takes a mail when the file \`go\` is there. */
const PATIENT = `const { appendFileSync, existsSync } = require('node:fs');
appendFileSync('begun', process.env.SIGNALBOX_MAILBOX + ' ' + process.env.SIGNALBOX_ATTEMPT + '\\n');
setInterval(() => existsSync('go') && process.exit(0), 50);`;

describe('a router that runs as a process', () => {
  it('takes one changed mailbox over, and the others notice nothing: no new connection, and what is in hand is acknowledged', { timeout: 90_000 }, async () => {
    await using stack = new AsyncDisposableStack();
    const tenant = stack.use(await startTenant());
    const { port } = tenant.doors.imap!;
    const [sales, support, shared] = [stack.use(await openWay(port)), stack.use(await openWay(port)), stack.use(await openWay(port))];
    const ports = [sales.port, support.port, shared.port];
    const { folder } = stack.use(await withConfig(configuration(tenant, ports), { 'ca.pem': tenant.certificates.ca }));
    const env = { CLIENT_SECRET: 'adapter-secret', SIGNALBOX_DATA: join(folder, 'data') };
    const apply = async (): Promise<number> => (await signalbox(['apply'], { cwd: folder, env })).code;
    const deliver = (subject: string): void => {
      for (const id of MAILBOXES) tenant.store.mailbox(`${id}@contoso.test`)!.append('inbox', { source: keptSource(Buffer.from(`From: ada@example.org\r\nSubject: ${subject} ${id}\r\nMessage-ID: <${subject}.${id}@example.org>\r\n\r\nHi\r\n`)) });
    };
    expect(await apply()).toBe(EXIT.ok);
    deliver('first');
    const { SIGNALBOX_CONFIG: _unset, FORCE_COLOR: _plain, ...system } = process.env;
    const child = spawn(process.execPath, ['--conditions=@signalbox/source', MAIN, 'run', '--json', '--jobs', '6', '--', process.execPath, '-e', PATIENT], { cwd: folder, env: { ...system, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    const printed = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (printed.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (printed.stderr += text));
    const closed = once(child, 'close');
    stack.defer(async () => {
      child.kill('SIGKILL');
      await closed;
    });
    const begun = async (): Promise<readonly string[]> => (await readFile(join(folder, 'begun'), 'utf8').catch(() => '')).split('\n').filter((line) => line !== '').toSorted();
    await expect.poll(begun, { timeout: 30_000 }).toHaveLength(3);
    const connections = () => [sales, shared].map((way) => [way.taken(), way.open()]);
    const [before, ofSupport] = [connections(), support.taken()];

    await writeFile(join(folder, 'signalbox.yaml'), configuration(tenant, ports, ', maxConnections: 2'));
    expect(await apply()).toBe(EXIT.ok);
    await expect.poll(() => printed.stderr, { timeout: 20_000 }).toMatch(/"type":"updated"[^\n]*"revision":2[^\n]*"added":\[\],"changed":\["support"\],"removed":\[\]/);
    deliver('second');
    await expect.poll(begun, { timeout: 30_000 }).toEqual(MAILBOXES.flatMap((id) => [`${id} 1`, `${id} 1`]).toSorted()); // nothing was handed over again
    expect([connections(), support.taken() > ofSupport]).toEqual([before, true]);

    await writeFile(join(folder, 'go'), '');
    await expect.poll(() => printed.stdout.split('\n').filter((line) => line.includes('"type":"taken"')).length, { timeout: 20_000 }).toBe(6);
    const { stdout } = await signalbox(['deliveries', 'list', '--state', 'open', '--json'], { cwd: folder, env });
    expect(JSON.parse(stdout)).toMatchObject({ deliveries: [] });
    child.kill('SIGTERM');
    expect((await closed)[0]).toBe(EXIT.ok);
  });
});
