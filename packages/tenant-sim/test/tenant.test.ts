import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { describeTenant, keptSource, startTenant } from '../src/index.ts';

async function answers(host: string, port: number): Promise<boolean> {
  const socket = connect({ host, port });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

describe('a tenant', () => {
  it('has accounts, an app and mailboxes to begin with, and says so', async () => {
    await using tenant = await startTenant({ doors: [] });
    const description = describeTenant(tenant, { caFile: 'ca.pem', configurationFile: 'signalbox.yaml' });
    expect(description.accounts.map(({ address }) => address)).toContain('sales@contoso.test');
    expect(description.apps[0]).toMatchObject({ secret: 'adapter-secret' });
    expect(tenant.store.mailbox('sales@contoso.test')?.folder('inbox')?.messages).toEqual([]);
  });

  it('says what to call its authority, when there is a door to it', async () => {
    const files = { caFile: 'ca.pem', configurationFile: 'signalbox.yaml' };
    await using closed = await startTenant({ doors: [] });
    expect(describeTenant(closed, files).doors).not.toHaveProperty('entra');
    await using tenant = await startTenant({ doors: ['entra'] });
    const { doors, tenant: described } = describeTenant(tenant, files);
    expect(doors.entra?.url).toBe(`https://localhost:${doors.entra?.port}/${described.id}`);
  });

  it('has who it is told to have', async () => {
    await using tenant = await startTenant({ doors: [], tenant: { domain: 'fabrikam.test' }, users: [{ userPrincipalName: 'a@fabrikam.test' }] });
    expect(tenant.directory.users().map(({ displayName }) => displayName)).toEqual(['A']);
    expect(tenant.directory.apps()).toEqual([]);
  });

  it('listens on ::1 where it is told to, and nowhere else', async () => {
    await using tenant = await startTenant({ host: '::1' });
    const { entra, graph, control } = tenant.doors;
    expect([entra?.authority, graph?.baseUrl, control?.url].map((url) => new URL(url!).hostname)).toEqual(['[::1]', '[::1]', '[::1]']);
    for (const { port } of Object.values(tenant.doors)) {
      expect(await answers('::1', port)).toBe(true);
      expect(await answers('127.0.0.1', port)).toBe(false);
    }
  });

  it('does at once what a fault is about when it happens once', async () => {
    await using tenant = await startTenant({ doors: [] });
    const [app] = tenant.directory.apps();
    const { token } = await tenant.tokens.issue({ app: app!, resource: 'graph' });
    tenant.faults.set('token.revoked', { app: app!.clientId }, { times: 1 });
    tenant.faults.set('clock.jump', { ms: 60_000 }, { times: 1 });
    expect((await tenant.tokens.verify(token, 'graph')).problem).toBe('revoked');
    expect(tenant.clock.offset).toBe(60_000);
    expect(tenant.faults.list().map(({ struck, active }) => [struck, active])).toEqual([[1, false], [1, false]]);
  });

  it('reads what a message says, anew when its text has changed', async () => {
    await using tenant = await startTenant({ doors: [] });
    const mailbox = tenant.store.mailbox('sales@contoso.test')!;
    const message = mailbox.append('drafts', { source: keptSource(Buffer.from('Subject: one\r\n\r\nfirst\r\n')), isDraft: true });
    expect(tenant.facts.headers(message).subject).toBe('one');
    mailbox.replaceSource(message, keptSource(Buffer.from('Subject: two\r\n\r\nsecond\r\n')));
    expect(tenant.facts.headers(message).subject).toBe('two');
    expect((await tenant.facts.body(message)).text?.trim()).toBe('second');
  });
});
