import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { keptSource, startTenant } from '@signalbox/tenant-sim';
import { describe, expect, it } from 'vitest';
import { CLIENT_ID, signInOnPage } from './entra-tenant.ts';
import { EXIT, signalbox } from './io.ts';
import { withConfig } from './workspace.ts';

const ADDRESS = 'support@contoso.test';
/** Every ordered pair of the flows that read by IMAP. */
const WAY = ['o365-on-behalf-of', 'o365-imap-client-credentials', 'basic', 'o365-imap-client-credentials', 'o365-on-behalf-of', 'basic'] as const;

const subjectOf = (text: string): string => /^Subject: (.*)\r$/m.exec(text)?.[1] ?? '';

describe('a mailbox of a tenant', () => {
  it('goes from each IMAP flow to each other and back while mail comes and goes: none is lost, none comes twice', { timeout: 240_000 }, async () => {
    await using tenant = await startTenant();
    const { doors, directory, certificates, store } = tenant;
    const config = `version: 1
organization: contoso
defaults: { backlog: everything }
network: { ca: ca.pem }
entra: { tenant: ${directory.tenant.domain}, clientId: ${CLIENT_ID}, clientSecret: '\${env:CLIENT_SECRET}', authority: 'https://localhost:${doors.entra!.port}' }
servers:
  imap: { host: localhost, port: ${doors.imap!.port}, tls: implicit, pollIntervalMs: 200 }
  smtp: { host: localhost, port: ${doors.smtp!.port}, tls: starttls, maxConnections: 1 }
mailboxes:
  - { id: support, address: ${ADDRESS}, flow: o365-on-behalf-of, password: '\${env:PASSWORD}' }
`;
    await using workspace = await withConfig(config.replace('flow: o365-on-behalf-of', 'flow: basic'), { 'ca.pem': certificates.ca, 'signing.yaml': config });
    const env = { CLIENT_SECRET: 'adapter-secret', PASSWORD: directory.user(ADDRESS)!.password, SIGNALBOX_DATA: join(workspace.folder, 'data', 'store') };
    const done = async (...argv: readonly string[]): Promise<void> => {
      const { code, stdout, stderr } = await signalbox(argv, { cwd: workspace.folder, env });
      if (code !== EXIT.ok) throw new Error(`${argv.join(' ')} ended with ${code}: ${stdout}${stderr}`);
    };
    const signedIn = await signalbox(['--config', 'signing.yaml', 'auth', 'sign-in', 'support'], { cwd: workspace.folder, env, openUrl: async (url) => void fetch(await signInOnPage(tenant, url, ADDRESS)) });
    expect(signedIn.code).toBe(EXIT.ok);
    await done('apply');

    const [arrived, submitted]: [string[], string[]] = [[], []];
    const arrive = (): void => {
      arrived.push(`mail ${arrived.length}`);
      const raw = `From: Ada <ada@example.org>\r\nTo: ${ADDRESS}\r\nDate: ${new Date().toUTCString().replace('GMT', '+0000')}\r\nSubject: ${arrived.at(-1)}\r\nMessage-ID: <${arrived.length}@example.org>\r\n\r\nHi\r\n`;
      store.mailbox(ADDRESS)!.append('inbox', { source: keptSource(Buffer.from(raw)) });
    };
    const submit = async (): Promise<void> => {
      submitted.push(`answer ${submitted.length}`);
      await done('send', 'support', '--to', 'sales@contoso.test', '--subject', submitted.at(-1) ?? '', '--text', 'Hi');
    };
    const inbox = join(workspace.folder, 'in', 'support', 'new');
    const names = async (): Promise<readonly string[]> => readdir(inbox).catch(() => []);

    const [stop, ending] = [new AbortController(), new AbortController()];
    let told = '';
    const router = signalbox(['run', '--maildir', 'in'], { cwd: workspace.folder, env, signal: stop.signal, onOutput: (stdout, stderr) => (told = stdout + stderr) });
    const traffic = (async () => {
      while (!ending.signal.aborted) {
        arrive();
        await sleep(250, undefined, { signal: ending.signal }).catch(() => {}); // aborted
      }
    })();
    await expect.poll(async () => (await names()).length, { timeout: 40_000, interval: 200 }).toBeGreaterThan(5);

    for (const [index, to] of WAY.entries()) {
      await submit();
      await done('switch', 'run', 'support', '--to', to);
      await submit();
      if (index % 2 === 1) {
        await done('switch', 'roll-back', 'support');
        await submit();
        await done('switch', 'run', 'support', '--to', to);
      }
      const before = arrived.length;
      await expect.poll(async () => (await names()).length, { timeout: 40_000, interval: 200 }).toBeGreaterThan(before);
      await done('switch', 'complete', 'support');
    }
    const accepted = (): readonly string[] => store.mailbox('sales@contoso.test')!.folder('inbox')!.messages.map(({ source }) => subjectOf(Buffer.from(source.read()).toString()));
    await expect.poll(() => accepted().length, { timeout: 40_000, interval: 200 }).toBeGreaterThanOrEqual(submitted.length);
    ending.abort();
    await traffic;
    await expect.poll(async () => (await names()).length, { timeout: 40_000, interval: 200 }).toBeGreaterThanOrEqual(arrived.length);
    stop.abort();
    await router;
    const taken = await Promise.all((await names()).map(async (name) => subjectOf(await readFile(join(inbox, name), 'utf8'))));
    expect([taken.toSorted(), accepted().toSorted()]).toEqual([arrived.toSorted(), submitted.toSorted()]);
    expect(told).not.toContain('revision-unusable');
  });
});
