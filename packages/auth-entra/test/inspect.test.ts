import type { AuthFinding, AuthProvider } from '@signalbox/core';
import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { ask, CLIENT_ID, failureOf, GRAPH, IMAP, openWorld, SALES, signInAt, SMTP } from './world.ts';

const inspect = async (provider: AuthProvider, ...scopes: readonly string[]) => (await provider.inspect!(SALES, { scopes })).map(({ severity, error: { code, message, remedy } }: AuthFinding) => ({ severity, code, message, remedy }));

describe('a look into the token of an application', () => {
  it('finds nothing where everything was granted', async () => {
    await using world = await openWorld();
    const provider = await world.open();
    expect([...(await inspect(provider, GRAPH)), ...(await inspect(provider, IMAP, SMTP))]).toEqual([]);
  });

  it('names what was not granted, which Entra itself does not, and where to grant it', async () => {
    await using world = await openWorld();
    world.tenant.directory.updateApp(CLIENT_ID, { roles: [{ resource: 'graph', role: 'Mail.ReadWrite' }] });
    const provider = await world.open();
    expect(await inspect(provider, GRAPH)).toEqual([
      {
        severity: 'error',
        code: 'access.denied',
        message: `The application ${CLIENT_ID} lacks Mail.Send in the tenant contoso.test.`,
        remedy: { who: 'tenant-admin', action: 'grant-consent', text: expect.stringContaining('Mail.Send') as string, url: `https://localhost:${world.tenant.doors.entra!.port}/contoso.test/adminconsent?client_id=${CLIENT_ID}` },
      },
    ]);
    expect((await inspect(provider, IMAP, SMTP)).map(({ message }) => message)).toEqual([expect.stringContaining('IMAP.AccessAsApp, SMTP.SendAsApp')]);
  });

  it('finds what was granted a moment ago, whatever the token at hand says, and asks no more than once for that', async () => {
    await using world = await openWorld();
    world.tenant.directory.updateApp(CLIENT_ID, { roles: [] });
    const provider = await world.open();
    await ask(provider, GRAPH);
    expect(await inspect(provider, GRAPH)).toHaveLength(1);
    world.tenant.directory.updateApp(CLIENT_ID, { roles: [{ resource: 'graph', role: 'Mail.ReadWrite' }, { resource: 'graph', role: 'Mail.Send' }] });
    world.tenant.clock.jump(60_000);
    const before = world.posted.length;
    expect(await inspect(provider, GRAPH)).toEqual([]);
    expect(decodeJwt((await ask(provider, GRAPH)).token.reveal())).toMatchObject({ roles: ['Mail.ReadWrite', 'Mail.Send'] });
    expect(await inspect(await world.open(), GRAPH)).toEqual([]);
    expect(world.posted).toHaveLength(before + 1);
  });

  it('takes a broader permission for a narrower one', async () => {
    await using world = await openWorld();
    expect(await inspect(await world.open(), 'https://graph.microsoft.com/Mail.Read')).toEqual([]);
  });

  it('warns of what Entra still grants beside the scope in Exchange, and misses nothing there', async () => {
    await using world = await openWorld();
    const provider = await world.open({ expectRbac: true });
    expect(await inspect(provider, GRAPH)).toMatchObject([{ severity: 'warning', code: 'config.invalid', message: expect.stringContaining('Mail.ReadWrite, Mail.Send') as string, remedy: { who: 'tenant-admin' } }]);
    world.tenant.directory.updateApp(CLIENT_ID, { roles: [] });
    await provider.revoke(SALES);
    expect(await inspect(provider, GRAPH)).toEqual([]);
    expect((await inspect(provider, IMAP, SMTP)).map(({ message }) => message)).toEqual([expect.stringMatching(/lacks IMAP\.AccessAsApp in/)]); // IMAP knows no RBAC
  });

  it('throws as asking for a token does', async () => {
    await using world = await openWorld();
    expect(await failureOf(inspect(await world.open({ clientSecret: 'wrong' }), GRAPH))).toMatchObject({ code: 'auth.rejected' });
  });
});

describe('a look into the token of a person', () => {
  it('names what is missing of what the transport needs', async () => {
    await using world = await openWorld();
    const provider = await world.open({ grant: 'delegated', clientSecret: undefined });
    const challenge = await provider.login!.begin(SALES, { prefer: 'browser', redirectUri: 'http://localhost' });
    if (challenge.type !== 'browser') throw new Error('A browser was asked for.');
    await provider.login!.finish(challenge, { callbackUrl: await signInAt(world, challenge.authorizationUrl, { address: SALES.address }) });
    expect(await inspect(provider, IMAP)).toEqual([]);
    world.tenant.directory.updateApp(CLIENT_ID, { scopes: [{ resource: 'graph', scope: 'Mail.ReadWrite' }] });
    expect(await inspect(provider, GRAPH)).toMatchObject([{ severity: 'error', code: 'access.denied', message: `The token of ${SALES.address} lacks Mail.Send.`, remedy: { action: 'grant-consent' } }]);
  });
});
