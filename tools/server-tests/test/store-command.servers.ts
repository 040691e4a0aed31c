import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newKeyText } from '@signalbox/store';
import { startPostgres } from '@signalbox/lab';
import { Client } from 'pg';
import { describe, expect, it } from 'vitest';
import { runCommand } from '../src/run-command.ts';

const CONFIGURATION = `version: 1
organization: contoso
entra: { tenant: contoso.onmicrosoft.com, clientId: 00000000-0000-0000-0000-000000000001 }
servers: { imap: { host: localhost, port: 1 }, smtp: { host: localhost, port: 1 } }
mailboxes:
  - { id: support, address: support@contoso.com, flow: o365-on-behalf-of }
`;

describe('the command with DATABASE_URL', () => {
  it('keeps sign-ins on PostgreSQL, and says what is wrong with the address without its password', { timeout: 60_000 }, async () => {
    await using server = await startPostgres();
    const home = await mkdtemp(join(tmpdir(), 'signalbox-command-'));
    try {
      await writeFile(join(home, 'signalbox.yaml'), CONFIGURATION);
      const env = { HOME: home, XDG_STATE_HOME: join(home, 'state'), SIGNALBOX_KEY: newKeyText().reveal() };
      const status = await runCommand(['auth', 'status', '--json'], { cwd: home, env: { ...env, DATABASE_URL: server.url } });
      expect(JSON.parse(status.stdout)).toMatchObject({ mailboxes: [{ mailbox: 'support', credentials: [{ state: 'action-required' }] }] });
      const client = new Client({ connectionString: server.url });
      await client.connect();
      expect((await client.query('select id from sealing_key')).rows).toHaveLength(1);
      await client.end();
      expect(await readdir(home)).toEqual(['signalbox.yaml']);

      const refused = await runCommand(['auth', 'status'], { cwd: home, env: { ...env, DATABASE_URL: server.url.replace('lab-pass', 'canary-p4ss') } });
      expect(refused.code).not.toBe(0);
      expect(refused.stdout).toContain('refuses this user or password');
      expect(refused.stdout + refused.stderr).not.toContain('canary-p4ss');
    } finally {
      await rm(home, { recursive: true, force: true });
    }
  });
});
