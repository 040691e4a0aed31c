import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { keptSource, startTenant, type Tenant } from '@signalbox/tenant-sim';
import { describe, expect, it } from 'vitest';
import { EXIT, signalbox } from './io.ts';
import { withConfig } from './workspace.ts';

const KILLS = Number(process.env['SIGNALBOX_KILLS'] ?? 5);
const BATCH = 20;
const ADDRESS = 'sales@contoso.test';
const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

const configuration = ({ doors }: Tenant): string => `version: 1
organization: contoso
network: { ca: ca.pem }
servers: { imap: { host: localhost, port: ${doors.imap!.port}, tls: implicit, pollIntervalMs: 100 } }
mailboxes:
  - { id: sales, address: ${ADDRESS}, receive: basic, backlog: everything, password: '\${env:PASSWORD}' }
`;

interface Child extends AsyncDisposable {
  /** Ends it as a shell would, and answers its exit code. */
  end(): Promise<number | null>;
}

function start(cwd: string, env: Readonly<Record<string, string>>, argv: readonly string[]): Child {
  const child: ChildProcess = spawn(process.execPath, ['--conditions=@signalbox/source', main, 'run', ...argv], { cwd, env: { ...env }, stdio: 'ignore' });
  const gone = once(child, 'exit') as Promise<[number | null]>;
  return {
    async end() {
      child.kill('SIGTERM');
      return (await gone)[0];
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}

async function until(answer: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 30_000; !(await answer()); await sleep(5)) if (Date.now() > end) throw new Error('It did not come.');
}

describe('a router that is killed between writing a mail and acknowledging it', () => {
  it(`has each mail in the Maildir exactly once, over ${KILLS} kills, and ends by itself when it is asked to`, async () => {
    await using tenant = await startTenant({ doors: ['imap'], mime: 'kept' });
    await using workspace = await withConfig(configuration(tenant), { 'ca.pem': tenant.certificates.ca });
    const { folder } = workspace;
    const env = { SIGNALBOX_DATA: join(folder, 'data', 'store'), PASSWORD: tenant.directory.user(ADDRESS)!.password, PATH: process.env['PATH'] ?? '' };
    const command = (...argv: readonly string[]) => signalbox(argv, { cwd: folder, env });
    expect((await command('apply')).code).toBe(EXIT.ok);
    const maildir = join(folder, 'in', 'sales', 'new');
    const files = (): Promise<readonly string[]> => readdir(maildir).catch(() => []);
    const account = tenant.store.mailbox(ADDRESS)!;
    const sent: string[] = [];
    for (let kill = 0; kill < KILLS; kill += 1) {
      for (let count = 0; count < BATCH; count += 1) {
        sent.push(`mail ${sent.length}`);
        account.append('inbox', { source: keptSource(Buffer.from(`From: a@example.com\r\nSubject: ${sent.at(-1)}\r\nMessage-ID: <${sent.length}@example.com>\r\n\r\nHi\r\n`)) });
      }
      const before = (await files()).length;
      await using _router = start(folder, env, ['--maildir', 'in']);
      await until(async () => (await files()).length > before + Math.min(kill, BATCH - 2)); // and dead at once
    }
    await using router = start(folder, env, ['--maildir', 'in']);
    const closed = async (): Promise<readonly { readonly attempts: number }[]> => (JSON.parse((await command('deliveries', 'list', '--state', 'closed', '-n', '1000', '--json')).stdout) as { deliveries: { attempts: number }[] }).deliveries;
    await until(async () => (await closed()).length === sent.length);
    expect(await router.end()).toBe(EXIT.ok);
    const subjects = await Promise.all((await files()).map(async (name) => /^Subject: (.*)\r$/m.exec(await readFile(join(maildir, name), 'utf8'))?.[1] ?? name));
    expect(subjects.toSorted((a, b) => a.localeCompare(b))).toEqual(sent.toSorted((a, b) => a.localeCompare(b)));
    expect(await readdir(join(folder, 'in', 'sales', 'tmp'))).toEqual(expect.any(Array)); // what a kill leaves there is nobody's mail
    expect((await closed()).filter(({ attempts }) => attempts > 1).length).toBeGreaterThan(0);
  }, 120_000);
});
