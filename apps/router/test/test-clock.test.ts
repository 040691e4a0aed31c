import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeTenant, startTenant, type Tenant } from '@signalbox/tenant-sim';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXIT, type Outcome, signalbox } from './io.ts';
import { withConfig } from './workspace.ts';

const DAY = 86_400_000;

describe('a test clock', () => {
  let tenant: Tenant;
  let workspace: Awaited<ReturnType<typeof withConfig>>;
  beforeAll(async () => {
    tenant = await startTenant({ doors: ['smtp', 'control'] });
    const yaml = `version: 1
organization: contoso
servers: { smtp: { host: localhost, port: ${tenant.doors.smtp!.port}, tls: starttls, ca: ca.pem } }
mailboxes: [{ id: sales, address: sales@contoso.test, send: basic, password: '\${env:PASSWORD}' }]
`;
    workspace = await withConfig(yaml, { 'ca.pem': tenant.certificates.ca, 'elsewhere.json': '{}' });
    const description = describeTenant(tenant, { caFile: join(workspace.folder, 'ca.pem'), configurationFile: join(workspace.folder, 'signalbox.yaml') });
    await writeFile(join(workspace.folder, 'tenant.json'), JSON.stringify(description));
  });
  afterAll(async () => {
    await workspace[Symbol.asyncDispose]();
    await tenant[Symbol.asyncDispose]();
  });
  const send = (...flags: readonly string[]): Promise<Outcome> =>
    signalbox([...flags, 'test', 'outgoing', 'sales', '--to', 'ada@example.org'], { cwd: workspace.folder, env: { PASSWORD: 'sales-password' } });

  it('is the clock of the tenant, wherever that has jumped', async () => {
    tenant.clock.jump(90 * DAY);
    expect(await send('--test-mode', '--test-clock', 'tenant.json')).toMatchObject({ code: EXIT.ok, stderr: '' });
    const [, date = ''] = /^Date: (.*)$/m.exec(String(tenant.mailFlow.submitted.at(-1)?.raw)) ?? [];
    expect(Math.abs(Date.parse(date) - Date.now() - 90 * DAY)).toBeLessThan(DAY);
  });

  it('is taken only where two flags ask for it', async () => {
    const { code, stderr } = await send('--test-clock', 'tenant.json');
    expect(code).toBe(EXIT.usage);
    expect(stderr).toContain('--test-clock is for tests alone.');
    expect((await signalbox(['--help'])).stdout).not.toContain('--test-');
  });

  it.each([
    ['nowhere.json', 'cannot be read'],
    ['elsewhere.json', 'describes no running tenant'],
  ])('says what is wrong with %s', async (file, words) => {
    const { code, stderr } = await send('--test-mode', '--test-clock', file);
    expect(code).not.toBe(EXIT.ok);
    expect(stderr).toContain(words);
    expect(stderr).toContain('signalbox-tenant --json printed');
  });
});
