import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { keptSource, startTenant, type Tenant } from '@signalbox/tenant-sim';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLIENT_ID, signInOnPage } from './entra-tenant.ts';
import { EXIT, signalbox } from './io.ts';
import { withConfig } from './workspace.ts';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const MAILBOXES = ['sales', 'support', 'scanner', 'shared'] as const;
const SECRETS = { CLIENT_SECRET: 'adapter-secret', SCANNER_PASSWORD: 'scanner-password' };

/** One tenant, one application, and a mailbox by each flow: as the application over Graph, for somebody who signed in, by password, and as the application over IMAP. */
const configuration = ({ doors, directory }: Tenant): string => `version: 1
organization: contoso
network: { ca: ca.pem }
entra: { tenant: ${directory.tenant.domain}, clientId: ${CLIENT_ID}, clientSecret: '\${env:CLIENT_SECRET}', authority: 'https://localhost:${doors.entra!.port}' }
servers:
  graph: { baseUrl: '${doors.graph!.baseUrl}', pollIntervalMs: 200 }
  imap: { host: localhost, port: ${doors.imap!.port}, tls: implicit }
  smtp: { host: localhost, port: ${doors.smtp!.port}, tls: starttls }
mailboxes:
  - { id: sales, address: sales@contoso.test, flow: o365-client-credentials }
  - { id: support, address: support@contoso.test, flow: o365-on-behalf-of }
  - { id: scanner, address: scanner@contoso.test, flow: basic, password: '\${env:SCANNER_PASSWORD}' }
  - { id: shared, address: shared@contoso.test, flow: o365-imap-client-credentials }
`;

interface Running extends AsyncDisposable {
  readonly printed: { stdout: string; stderr: string };
  readonly ended: Promise<number | null>;
  interrupt(): void;
}

describe('a hybrid configuration, used by processes of their own', () => {
  let tenant: Tenant;
  let workspace: Awaited<ReturnType<typeof withConfig>>;
  const env = (): Record<string, string> => ({ ...SECRETS, SIGNALBOX_DATA: join(workspace.folder, 'data') });

  beforeAll(async () => {
    tenant = await startTenant();
    workspace = await withConfig(configuration(tenant), { 'ca.pem': tenant.certificates.ca });
    const openUrl = async (url: string): Promise<void> => void fetch(await signInOnPage(tenant, url, 'support@contoso.test'));
    const { code, stderr } = await signalbox(['auth', 'sign-in', 'support'], { cwd: workspace.folder, env: env(), openUrl });
    if (code !== EXIT.ok) throw new Error(stderr);
  });
  afterAll(async () => {
    await workspace[Symbol.asyncDispose]();
    await tenant[Symbol.asyncDispose]();
  });

  function start(...argv: readonly string[]): Running {
    const { SIGNALBOX_CONFIG: _unset, FORCE_COLOR: _plain, ...system } = process.env;
    const child = spawn(process.execPath, ['--conditions=@signalbox/source', MAIN, ...argv], { cwd: workspace.folder, env: { ...system, ...env() }, stdio: ['ignore', 'pipe', 'pipe'] });
    const printed = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (printed.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (printed.stderr += text));
    const ended = once(child, 'close').then(([code]) => code as number | null);
    return {
      printed,
      ended,
      interrupt: () => void child.kill('SIGINT'),
      async [Symbol.asyncDispose]() {
        child.kill('SIGKILL');
        await ended;
      },
    };
  }

  it('passes the test of incoming mail', { timeout: 30_000 }, async () => {
    await using testing = start('test', 'incoming', '--json');
    expect([await testing.ended, testing.printed.stderr]).toEqual([EXIT.ok, '']);
    const { ok, mailboxes } = JSON.parse(testing.printed.stdout) as { ok: boolean; mailboxes: readonly { mailbox: string; result: string }[] };
    expect([ok, mailboxes.map(({ mailbox, result }) => `${mailbox} ${result}`)]).toEqual([true, MAILBOXES.map((id) => `${id} passed`)]);
  });

  it('passes the test of outgoing mail', { timeout: 60_000 }, async () => {
    for (const id of MAILBOXES) {
      const before = tenant.mailFlow.outbound.length;
      await using sending = start('test', 'outgoing', id, '--to', 'ada@example.org');
      expect([await sending.ended, sending.printed.stderr]).toEqual([EXIT.ok, '']);
      expect(tenant.mailFlow.submitted.at(-1)).toMatchObject({ mailbox: `${id}@contoso.test` });
      expect(tenant.mailFlow.outbound).toHaveLength(before + 1);
    }
  });

  it('shows new mail of every mailbox while it watches, each once, and ends when it is interrupted', { timeout: 30_000 }, async () => {
    await using watching = start('watch', '--json');
    let count = 0;
    const deliver = (): void => {
      count += 1;
      for (const id of MAILBOXES) tenant.store.mailbox(`${id}@contoso.test`)!.append('inbox', { source: keptSource(Buffer.from(`From: ada@example.org\r\nSubject: ${id} ${count}\r\n\r\nHi\r\n`)) });
    };
    const delivering = setInterval(deliver, 300); // a watch begins when it begins
    const shown = (): readonly { readonly mailbox: string; readonly subject: string }[] => watching.printed.stdout.split('\n').filter((line) => line.endsWith('}')).map((line) => JSON.parse(line) as { mailbox: string; subject: string });
    await expect.poll(() => new Set(shown().map(({ mailbox }) => mailbox)).size, { timeout: 20_000 }).toBe(MAILBOXES.length).finally(() => clearInterval(delivering));
    await expect.poll(() => MAILBOXES.filter((id) => shown().some(({ subject }) => subject === `${id} ${count}`))).toEqual(MAILBOXES);
    watching.interrupt();
    expect([await watching.ended, watching.printed.stderr]).toEqual([EXIT.ok, expect.not.stringContaining('error')]);
    const subjects = shown().map(({ subject }) => subject);
    expect(subjects.toSorted()).toEqual([...new Set(subjects)].toSorted());
    expect(shown().every(({ mailbox, subject }) => subject.startsWith(`${mailbox} `))).toBe(true);
    for (const secret of Object.values(SECRETS)) expect(watching.printed.stdout + watching.printed.stderr).not.toContain(secret);
  });
});
