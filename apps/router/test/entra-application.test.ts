import { join } from 'node:path';
import { startTenant, type Tenant } from '@signalbox/tenant-sim';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXIT, signalbox } from './io.ts';
import { withConfig } from './workspace.ts';

const CLIENT_ID = '00000000-0000-0000-0000-000000000001';
const SECRET = 'adapter-secret';

describe('against a tenant, as the application itself', () => {
  let tenant: Tenant;
  let workspace: Awaited<ReturnType<typeof withConfig>>;

  beforeAll(async () => {
    tenant = await startTenant({ doors: ['entra', 'imap', 'smtp'] });
    const { entra, imap, smtp } = tenant.doors;
    const section = (secret: string): string => `{ tenant: contoso.test, clientId: ${CLIENT_ID}, clientSecret: '\${env:${secret}}', authority: 'https://localhost:${entra?.port}', secretExpiresAt: 2030-01-01 }`;
    const yaml = `version: 1
organization: contoso
entra: { good: ${section('SECRET')}, bad: ${section('WRONG')} }
servers:
  imap: { host: localhost, port: ${imap?.port}, tls: implicit }
  smtp: { host: localhost, port: ${smtp?.port}, tls: starttls }
network: { ca: ca.pem }
defaults: { flow: o365-imap-client-credentials }
mailboxes:
  - { id: sales, address: sales@contoso.test, tenant: good }
  - { id: shared, address: shared@contoso.test, tenant: good }
  - { id: broken, address: support@contoso.test, tenant: bad }
  - { id: nobody, address: nobody@contoso.test, flow: o365-on-behalf-of, tenant: good }
`;
    workspace = await withConfig(yaml, { 'ca.pem': tenant.certificates.ca });
  });
  afterAll(async () => {
    await workspace[Symbol.asyncDispose]();
    await tenant[Symbol.asyncDispose]();
  });
  const settings = () => ({ cwd: workspace.folder, env: { SECRET, WRONG: 'correct-horse', SIGNALBOX_DATA: join(workspace.folder, 'data') } });

  it('signs in over IMAP and SMTP, and says who has to do what where it cannot', async () => {
    const { code, stdout } = await signalbox(['test', 'incoming', '--json'], settings());
    expect(code).toBe(EXIT.failed);
    const { mailboxes } = JSON.parse(stdout) as { mailboxes: readonly { mailbox: string; result: string; unread?: number; error?: { code: string; remedy?: { who: string; action: string } } }[] };
    expect(mailboxes.map(({ mailbox, unread, error }) => [mailbox, unread ?? error?.code, error?.remedy?.action])).toEqual([
      ['sales', 0, undefined],
      ['shared', 0, undefined],
      ['broken', 'auth.rejected', 'replace-credential'],
      ['nobody', 'auth.interaction-required', 'sign-in-again'],
    ]);
    expect(stdout).not.toMatch(/adapter-secret|correct-horse|eyJ/);
    const outgoing = await signalbox(['test', 'outgoing', 'sales', '--to', 'support@contoso.test'], settings());
    expect([outgoing.code, outgoing.stderr]).toEqual([EXIT.ok, '']);
    expect(tenant.mailFlow.submitted).toHaveLength(1);
  });
});
