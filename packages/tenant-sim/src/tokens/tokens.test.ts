import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { createTenantClock } from '../clock.ts';
import { createDirectory } from '../directory/directory.ts';
import { createTokenService } from './tokens.ts';

async function ground() {
  const clock = createTenantClock();
  const directory = createDirectory({ domain: 'contoso.test' });
  const user = directory.addUser({ userPrincipalName: 'sales@contoso.test' });
  const app = directory.addApp({
    roles: [{ resource: 'graph', role: 'Mail.ReadWrite' }],
    scopes: [{ resource: 'exchange', scope: 'IMAP.AccessAsUser.All' }],
  });
  return { clock, directory, user, app, tokens: await createTokenService({ clock, directory }) };
}

describe('access tokens', () => {
  it('say for an app what FACTS.md A8 says, signed with the published key', async () => {
    const { app, directory, tokens } = await ground();
    const { token } = await tokens.issue({ app, resource: 'graph' });
    const { payload } = await jwtVerify(token, createLocalJWKSet({ keys: [...tokens.jwks.keys] }));
    expect(payload).toMatchObject({
      aud: 'https://graph.microsoft.com',
      iss: `https://sts.windows.net/${directory.tenant.id}/`,
      ver: '1.0',
      idtyp: 'app',
      appid: app.clientId,
      appidacr: '1',
      oid: app.servicePrincipalId,
      sub: app.servicePrincipalId,
      roles: ['Mail.ReadWrite'],
    });
    expect(payload).not.toHaveProperty('scp');
    expect(decodeProtectedHeader(token)).toMatchObject({ alg: 'RS256', kid: tokens.keyId });
  });

  it('say for a user who it is and what was consented', async () => {
    const { app, user, tokens } = await ground();
    const { claims } = await tokens.issue({ app, user, resource: 'exchange' });
    expect(claims).toMatchObject({ aud: 'https://outlook.office365.com', scp: 'IMAP.AccessAsUser.All', upn: 'sales@contoso.test', oid: user.id });
    expect(claims).not.toHaveProperty('roles');
  });

  it('have no roles at all where none is granted', async () => {
    const { directory, tokens } = await ground();
    const { claims } = await tokens.issue({ app: directory.addApp({}), resource: 'graph' });
    expect(claims).not.toHaveProperty('roles');
  });

  it('open one resource only', async () => {
    const { app, tokens } = await ground();
    const { token } = await tokens.issue({ app, resource: 'graph' });
    expect((await tokens.verify(token, 'graph')).problem).toBeUndefined();
    expect((await tokens.verify(token, 'exchange')).problem).toBe('audience');
  });

  it("expire by the tenant's clock", async () => {
    const { app, clock, tokens } = await ground();
    const { token } = await tokens.issue({ app, resource: 'graph', expiresIn: 60 });
    expect((await tokens.verify(token, 'graph')).problem).toBeUndefined();
    clock.jump(61_000);
    expect((await tokens.verify(token, 'graph')).problem).toBe('expired');
    clock.jump(-3_600_000);
    expect((await tokens.verify(token, 'graph')).problem).toBe('not-yet-valid');
  });

  it('are told apart when they are foreign, changed or no tokens', async () => {
    const { app, tokens } = await ground();
    const { token } = await tokens.issue({ app, resource: 'graph' });
    const other = await ground();
    const foreign = await other.tokens.issue({ app, resource: 'graph' });
    const problems = await Promise.all(['', 'x', 'a.b.c', foreign.token, `${token.slice(0, -8)}AAAAAAAA`].map(async (text) => (await tokens.verify(text, 'graph')).problem));
    expect(problems).toEqual(['empty', 'malformed', 'malformed', 'signature', 'signature']);
  });

  it('are void after a revocation, those given out afterwards are not', async () => {
    const { app, user, tokens } = await ground();
    const before = await tokens.issue({ app, user, resource: 'exchange' });
    const ofApp = await tokens.issue({ app, resource: 'exchange' });
    tokens.revoke({ user: 'sales@contoso.test' });
    const after = await tokens.issue({ app, user, resource: 'exchange' });
    const problems = await Promise.all([before, ofApp, after].map(async ({ token }) => (await tokens.verify(token, 'exchange')).problem));
    expect(problems).toEqual(['revoked', undefined, undefined]);
  });
});
