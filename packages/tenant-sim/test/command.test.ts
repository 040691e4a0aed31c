import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectControl, type TenantDescription } from '../src/index.ts';
import { openDialogue } from './dialogue.ts';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));

/** One that a failing test leaves behind would hold the output of the test run open. */
interface Running extends AsyncDisposable {
  /** What it printed first. */
  readonly text: string;
  /** Interrupts it, and answers its exit code. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
}

async function start(...argv: readonly string[]): Promise<Running> {
  const { FORCE_COLOR: _, ...env } = process.env; // the test runner's
  const child = spawn(process.execPath, ['--conditions=@signalbox/source', MAIN, ...argv], { stdio: ['ignore', 'pipe', 'inherit'], env });
  const ended = once(child, 'exit') as Promise<[number | null]>;
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal);
    return (await ended)[0];
  };
  const first = (await Promise.race([once(child.stdout, 'data'), ended.then(([code]) => Promise.reject(new Error(`It ended with ${code}.`)))])) as [Buffer];
  return {
    text: first[0].toString(),
    end: (signal = 'SIGINT') => end(signal),
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) await end('SIGKILL');
    },
  };
}

describe('the command', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'signalbox-command-'));
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  it('says as one JSON object where everything is, serves until it is told to stop, and leaves nothing behind', async () => {
    await using running = await start('--json');
    const { doors, accounts, apps, caFile, configurationFile } = JSON.parse(running.text) as TenantDescription;
    expect(accounts.find(({ address }) => address === 'sales@contoso.test')).toEqual({ address: 'sales@contoso.test', password: 'sales-password', kind: 'user' });
    expect(apps[0]?.secret).toBe('adapter-secret');
    const ca = await readFile(caFile, 'utf8');
    {
      await using client = await openDialogue(doors.imap!.port, ca);
      expect(await client.until(/\r\n/)).toContain('* OK');
      await using control = await connectControl({ url: doors.control!.url!, secret: doors.control!.secret!, ca });
      expect((await control.users.list()).map(({ userPrincipalName }) => userPrincipalName)).toContain('shared@contoso.test');
    }
    expect(await running.end('SIGTERM')).toBe(0);
    expect([caFile, configurationFile, join(configurationFile, '..')].map((file) => existsSync(file))).toEqual([false, false, false]);
  });

  it('says to people what to type, in columns', async () => {
    await using running = await start();
    expect(running.text).toMatch(/^graph {4}https:\/\/localhost:\d+\/v1\.0$/m);
    expect(running.text).toMatch(/^imap {5}127\.0\.0\.1:\d+ +TLS\n {9}127\.0\.0\.1:\d+ +STARTTLS\nsmtp {5}127\.0\.0\.1:\d+ +STARTTLS$/m);
    expect(running.text).toMatch(/^support@contoso\.test +support-password$/m);
    expect(running.text).toMatch(/signalbox test incoming --config \S+signalbox\.yaml\n +curl --cacert \S+ -H 'Authorization: Bearer \S+' https:\/\/127\.0\.0\.1:\d+\/faults\n/);
    expect(running.text).not.toContain('\u001B');
    expect(await running.end()).toBe(0);
  });

  it('puts its files into a given folder, secrets for its owner alone, and takes only these away', async () => {
    const folder = join(directory, 'given', 'folder');
    await using running = await start('--folder', folder);
    const names = await readdir(folder);
    expect(names.toSorted()).toEqual(['adapter.secret', 'ca.pem', 'scanner.password', 'signalbox.yaml']);
    expect((await stat(join(folder, 'adapter.secret'))).mode & 0o777).toBe(0o600);
    expect(await readFile(join(folder, 'signalbox.yaml'), 'utf8')).not.toMatch(/scanner-password|adapter-secret/);
    expect(await running.end()).toBe(0);
    expect(await readdir(folder)).toEqual([]);
  });

  it('takes a port that it is given, and says so in one line when it is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { readonly port: number };
    for (const flag of ['--graph-port', '--imap-port', '--smtp-tls-port', '--control-port']) {
      const child = spawn(process.execPath, ['--conditions=@signalbox/source', MAIN, flag, String(port)], { stdio: ['ignore', 'ignore', 'pipe'] });
      const [[words], [code]] = await Promise.all([once(child.stderr, 'data'), once(child, 'exit')]);
      expect([String(words), code]).toEqual([`signalbox-tenant: Port ${port} is taken. Choose another one, or none to get any free one.\n`, 1]);
    }
    server.close();
    await once(server, 'close');
    await using running = await start('--json', '--imap-port', String(port), '--start-at', '2031-01-01T00:00:00Z');
    expect((JSON.parse(running.text) as TenantDescription).doors.imap?.port).toBe(port);
    expect(await running.end()).toBe(0);
  });
});
