import { join } from 'node:path';
import { startTenant, type Tenant } from '@signalbox/tenant-sim';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXIT, type Outcome, signalbox } from './io.ts';
import { withConfig } from './workspace.ts';

const CLIENT_ID = '00000000-0000-0000-0000-000000000001';
const DAY = 86_400_000;

describe('a client secret that ends soon', () => {
  let tenant: Tenant;
  let workspace: Awaited<ReturnType<typeof withConfig>>;

  beforeAll(async () => {
    tenant = await startTenant({ doors: ['entra', 'imap'] });
    const { entra, imap } = tenant.doors;
    const section = (end: number): string => `{ tenant: contoso.test, clientId: ${CLIENT_ID}, clientSecret: '\${env:SECRET}', authority: 'https://localhost:${entra?.port}', secretExpiresAt: '${new Date(Date.now() + end).toISOString()}' }`;
    const yaml = `version: 1
organization: contoso
entra: { soon: ${section(5 * DAY)}, over: ${section(-2 * DAY)} }
servers: { imap: { host: localhost, port: ${imap?.port}, tls: implicit }, smtp: { host: localhost, port: 1 } }
network: { ca: ca.pem }
defaults: { flow: o365-imap-client-credentials }
mailboxes:
  - { id: sales, address: sales@contoso.test, tenant: soon }
  - { id: support, address: support@contoso.test, tenant: over }
`;
    workspace = await withConfig(yaml, { 'ca.pem': tenant.certificates.ca });
  });
  afterAll(async () => {
    await workspace[Symbol.asyncDispose]();
    await tenant[Symbol.asyncDispose]();
  });
  const run = (argv: readonly string[], data: string): Promise<Outcome> => signalbox(argv, { cwd: workspace.folder, env: { SECRET: 'adapter-secret', SIGNALBOX_DATA: join(workspace.folder, data), COLUMNS: '500' } });

  it('is told by the command that is the first to know, without anybody having asked for a log, and then no more', async () => {
    const first = await run(['test', 'incoming', 'sales'], 'one');
    expect(first.code).toBe(EXIT.ok);
    expect(first.stderr).toMatch(new RegExp(`^! The client secret of the application ${CLIENT_ID} ends in \\d days\\. Create a new client secret .*\\.\n$`));
    expect(await run(['test', 'incoming', 'sales'], 'one')).toMatchObject({ code: EXIT.ok, stderr: '' });
  });

  it('is told as a line of JSON where JSON was asked for, beside the result', async () => {
    const { stdout, stderr } = await run(['test', 'incoming', 'sales', '--json'], 'two');
    expect(JSON.parse(stdout)).toMatchObject({ ok: true });
    expect(JSON.parse(stderr)).toMatchObject({ level: 'warn', event: 'auth.deadline-near', what: 'secret', clientId: CLIENT_ID, threshold: 7 });
  });

  it('is told when it has ended', async () => {
    const { stderr } = await run(['auth', 'status', 'support'], 'three');
    expect(stderr).toMatch(/^✘ The client secret of the application \S+ has ended\. Create a new client secret .*\.\n$/);
  });

  it('is told in the log, and only there, where a log is wanted', async () => {
    const { stderr } = await run(['test', 'incoming', 'sales', '--verbose'], 'four');
    expect(stderr.match(/ends in|deadline-near/g)).toEqual(['deadline-near']);
  });
});
