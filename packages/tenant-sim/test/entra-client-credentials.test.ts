import { createLocalJWKSet, decodeJwt, exportSPKI, generateKeyPair, jwtVerify, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { startTenant, type Tenant } from '../src/index.ts';
import { addApp, ASSERTION, CLIENT_ID, createKeyPair, GRAPH_DEFAULT, SALES, SECRET, signAssertion, withSecret } from './entra-apps.ts';
import { openClient } from './entra-client.ts';

const open = (): Promise<Tenant> => startTenant({ doors: ['entra'] });
const REQUEST = { grant_type: 'client_credentials', scope: GRAPH_DEFAULT } as const;
const codeOf = (answer: { readonly body: Readonly<Record<string, unknown>> }): unknown => (answer.body['error_codes'] as number[] | undefined)?.[0] ?? 'a token';

describe('discovery', () => {
  it('names the door itself, by the id of the tenant, however the tenant was called', async () => {
    await using tenant = await open();
    await using client = openClient(tenant);
    const { id } = tenant.directory.tenant;
    for (const name of [id, 'contoso.onmicrosoft.com', 'contoso.test']) {
      const { body } = await client.get(`/${name}/v2.0/.well-known/openid-configuration`);
      expect(body).toMatchObject({ issuer: `${client.base}/${id}/v2.0`, token_endpoint: `${client.base}/${id}/oauth2/v2.0/token`, authorization_endpoint: `${client.base}/${id}/oauth2/v2.0/authorize` });
    }
    const { body: common } = await client.get('/common/v2.0/.well-known/openid-configuration');
    expect(common).toMatchObject({ issuer: `${client.base}/{tenantid}/v2.0`, token_endpoint: `${client.base}/common/oauth2/v2.0/token` });
    expect(codeOf(await client.get('/fabrikam.test/v2.0/.well-known/openid-configuration'))).toBe(90002);
  });

  it('publishes the key that signs', async () => {
    await using tenant = await open();
    await using client = openClient(tenant);
    const { body: configuration } = await client.get('/common/v2.0/.well-known/openid-configuration');
    const { body: jwks } = await client.get(String(configuration['jwks_uri']));
    const { body } = await client.token({ ...REQUEST, ...withSecret });
    const { payload } = await jwtVerify(String(body['access_token']), createLocalJWKSet(jwks as never));
    expect(payload).toMatchObject({ aud: 'https://graph.microsoft.com', idtyp: 'app', appid: CLIENT_ID });
  });

  it('knows its own instance and no stranger', async () => {
    await using tenant = await open();
    await using client = openClient(tenant);
    const ask = (endpoint: string) => client.get(`/common/discovery/instance?api-version=1.1&authorization_endpoint=${encodeURIComponent(endpoint)}`);
    expect((await ask(`${client.base}/contoso.test/oauth2/v2.0/authorize`)).body).toMatchObject({ tenant_discovery_endpoint: `${client.base}/contoso.test/v2.0/.well-known/openid-configuration` });
    expect(codeOf(await ask('https://login.example.com/x/oauth2/v2.0/authorize'))).toBe(50049);
  });
});

describe('client credentials', () => {
  it('give a token for one resource, and nothing else (FACTS.md A2, A8, A9)', async () => {
    await using tenant = await open();
    await using client = openClient(tenant);
    const { status, headers, body } = await client.token({ ...REQUEST, ...withSecret });
    expect([status, headers['content-type'], headers['cache-control']]).toEqual([200, 'application/json; charset=utf-8', 'no-store, no-cache']);
    expect(Object.keys(body).toSorted()).toEqual(['access_token', 'expires_in', 'ext_expires_in', 'token_type']);
    const claims = decodeJwt(String(body['access_token']));
    expect(claims['roles']).toEqual(['Mail.ReadWrite', 'Mail.Send']);
    expect(claims).toMatchObject({ ver: '1.0', appidacr: '1' });
    expect(claims.exp! - claims.iat!).toBe(body['expires_in']);
    expect(body['expires_in']).toBeGreaterThanOrEqual(3_600);
    expect(body['expires_in']).toBeLessThan(5_400);
    const { body: exchange } = await client.token({ ...REQUEST, ...withSecret, scope: 'https://outlook.office365.com/.default' });
    expect(decodeJwt(String(exchange['access_token']))).toMatchObject({ aud: 'https://outlook.office365.com', roles: ['IMAP.AccessAsApp', 'SMTP.SendAsApp'] });
  });

  it('give an app without permissions a token without roles', async () => {
    await using tenant = await open();
    await using client = openClient(tenant);
    const app = addApp(tenant);
    const { body } = await client.token({ ...REQUEST, client_id: app.clientId, client_secret: 'one-secret' });
    expect(decodeJwt(String(body['access_token']))).not.toHaveProperty('roles');
  });

  it('take a second secret while the first one has expired, by HTTP Basic as well', async () => {
    await using tenant = await open();
    await using client = openClient(tenant);
    const now = tenant.clock.now().getTime();
    const secrets = [
      { id: 'old', value: 'old&secret +%', expiresAt: new Date(now - 1) },
      { id: 'new', value: 'new&secret +%', expiresAt: new Date(now + 60_000) },
    ];
    const app = addApp(tenant, { secrets });
    const ask = (secret: string) => client.token({ ...REQUEST, client_id: app.clientId, client_secret: secret });
    expect([codeOf(await ask('old&secret +%')), codeOf(await ask('new&secret +%')), codeOf(await ask('none of them'))]).toEqual([7000222, 'a token', 7000215]);
    const basic = Buffer.from(`${app.clientId}:${encodeURIComponent('new&secret +%')}`).toString('base64');
    expect(codeOf(await client.token(REQUEST, { headers: { authorization: `Basic ${basic}` } }))).toBe('a token');
    tenant.clock.jump(60_000);
    expect(codeOf(await ask('new&secret +%'))).toBe(7000222);
  });

  it('take an assertion signed PS256 or RS256 by a certificate of the app', async () => {
    await using tenant = await open();
    await using client = openClient(tenant);
    const key = await createKeyPair();
    const app = addApp(tenant, { certificates: [{ certificate: key.certificate, expiresAt: new Date(Date.now() + 86_400_000) }] });
    const ask = async (options = {}) => client.token({ ...REQUEST, client_id: app.clientId, ...ASSERTION, client_assertion: await signAssertion(tenant, app.clientId, key, options) });
    const { body } = await ask();
    expect(decodeJwt(String(body['access_token']))).toMatchObject({ appidacr: '2', appid: app.clientId });
    expect(codeOf(await ask({ alg: 'RS256', header: { x5t: key.sha1 } }))).toBe('a token');
    expect(codeOf(await ask({ claims: { aud: 'https://login.microsoftonline.com/contoso.test/oauth2/v2.0/token' } }))).toBe('a token');
  });

  it('look at every part of an assertion', async () => {
    await using tenant = await open();
    await using client = openClient(tenant);
    const [key, foreign] = [await createKeyPair(), await createKeyPair()];
    const app = addApp(tenant, { certificates: [{ certificate: key.certificate, expiresAt: new Date(Date.now() + 86_400_000) }] });
    const now = Math.floor(Date.now() / 1_000);
    const ask = async (pair = key, options = {}) => codeOf(await client.token({ ...REQUEST, client_id: app.clientId, ...ASSERTION, client_assertion: await signAssertion(tenant, app.clientId, pair, options) }));
    expect({
      audience: await ask(key, { claims: { aud: 'https://login.microsoftonline.com/fabrikam.test/oauth2/v2.0/token' } }),
      subject: await ask(key, { claims: { sub: CLIENT_ID } }),
      expired: await ask(key, { claims: { exp: now - 301 } }),
      early: await ask(key, { claims: { nbf: now + 400 } }),
      unnamed: await ask(key, { claims: { jti: undefined } }),
      endless: await ask(key, { claims: { exp: undefined } }),
      thumbprint: await ask(foreign),
      signature: await ask(foreign, { header: { 'x5t#S256': key.sha256 } }),
      keyless: await ask(key, { header: {} }),
      malformed: codeOf(await client.token({ ...REQUEST, client_id: app.clientId, ...ASSERTION, client_assertion: 'a.b.c' })),
    }).toEqual({ audience: 700023, subject: 700021, expired: 700024, early: 700024, unnamed: 50027, endless: 50027, thumbprint: 50012, signature: 700027, keyless: 700027, malformed: 50027 });
    tenant.clock.jump(2 * 86_400_000);
    expect(await ask()).toBe(700027);
  });

  it('take the token of another identity provider that the app trusts', async () => {
    await using tenant = await open();
    await using client = openClient(tenant);
    const { publicKey, privateKey } = await generateKeyPair('RS256');
    const trusted = { issuer: 'https://token.actions.example', subject: 'repo:contoso/adapter', audience: 'api://AzureADTokenExchange' };
    const app = addApp(tenant, { federated: [{ ...trusted, publicKey: await exportSPKI(publicKey) }] });
    const ask = async (claims = {}, key = privateKey) => {
      const jwt = await new SignJWT({ iss: trusted.issuer, sub: trusted.subject, aud: trusted.audience, ...claims }).setProtectedHeader({ alg: 'RS256' }).setIssuedAt().setExpirationTime('10m').sign(key);
      return codeOf(await client.token({ ...REQUEST, client_id: app.clientId, ...ASSERTION, client_assertion: jwt }));
    };
    expect(await ask()).toBe('a token');
    const stranger = await generateKeyPair('RS256');
    expect([await ask({ iss: 'https://other.example' }), await ask({ sub: 'repo:contoso/other' }), await ask({ aud: 'api://other' }), await ask({}, stranger.privateKey)]).toEqual([700211, 700213, 700212, 700027]);
    const user = await tenant.tokens.issue({ app, user: tenant.directory.user(SALES)!, resource: 'graph' });
    expect(codeOf(await client.token({ ...REQUEST, client_id: app.clientId, ...ASSERTION, client_assertion: user.token }))).toBe(700229);
  });

  it('tell what is missing, twice or of no use', async () => {
    await using tenant = await open();
    await using client = openClient(tenant);
    const app = addApp(tenant, { multiTenant: true });
    const shown = { client_id: app.clientId, client_secret: 'one-secret' };
    const ask = async (form: Readonly<Record<string, string>>, at?: string) => codeOf(await client.token(form, at === undefined ? {} : { at }));
    expect({
      grant: await ask({ ...shown, scope: GRAPH_DEFAULT }),
      'no such grant': await ask({ ...shown, scope: GRAPH_DEFAULT, grant_type: 'implicit' }),
      client: await ask(REQUEST),
      'no such client': await ask({ ...REQUEST, client_id: crypto.randomUUID(), client_secret: SECRET }),
      credential: await ask({ ...REQUEST, client_id: app.clientId }),
      scope: await ask({ ...shown, grant_type: 'client_credentials' }),
      'no .default': await ask({ ...REQUEST, ...shown, scope: 'https://graph.microsoft.com/Mail.Read' }),
      'two resources': await ask({ ...REQUEST, ...shown, scope: `${GRAPH_DEFAULT} https://outlook.office365.com/.default` }),
      'no such resource': await ask({ ...REQUEST, ...shown, scope: 'https://api.fabrikam.test/.default' }),
      common: await ask({ ...REQUEST, ...shown }, 'common'),
      organizations: await ask({ ...REQUEST, ...shown }, 'organizations'),
      'another tenant': await ask({ ...REQUEST, ...shown }, 'fabrikam.test'),
    }).toEqual({
      grant: 900144,
      'no such grant': 70003,
      client: 900144,
      'no such client': 700016,
      credential: 7000218,
      scope: 900144,
      'no .default': 1002012,
      'two resources': 700022,
      'no such resource': 500011,
      common: 9001023,
      organizations: 50059,
      'another tenant': 90002,
    });
    const twice = await client.post(`/contoso.test/oauth2/v2.0/token?scope=a&scope=b`, { ...REQUEST, ...shown });
    expect(codeOf(twice)).toBe(9000411);
    expect((await client.get('/contoso.test/oauth2/v2.0/token')).status).toBe(405);
  });

  it('word a refusal as FACTS.md A10 does', async () => {
    await using tenant = await open();
    tenant.clock.set(new Date('2026-11-23T08:09:10.100Z'));
    await using client = openClient(tenant);
    const correlation = crypto.randomUUID();
    const { status, headers, body } = await client.token({ ...REQUEST, client_id: CLIENT_ID, client_secret: 'wrong', 'client-request-id': correlation });
    expect([status, headers['content-type']]).toEqual([401, 'application/json; charset=utf-8']);
    expect(body).toMatchObject({ error: 'invalid_client', error_codes: [7000215], timestamp: '2026-11-23 08:09:10Z', correlation_id: correlation, error_uri: `${client.base}/error?code=7000215` });
    const lines = String(body['error_description']).split('\r\n');
    expect(lines[0]).toMatch(/^AADSTS7000215: Invalid client secret provided\./);
    expect(lines.slice(1)).toEqual([`Trace ID: ${String(body['trace_id'])}`, `Correlation ID: ${correlation}`, 'Timestamp: 2026-11-23 08:09:10Z']);
    expect(JSON.stringify(body)).not.toContain('wrong');
  });

  it('live long for a client that understands claims challenges, and say so (FACTS.md A9, A11)', async () => {
    await using tenant = await open();
    await using client = openClient(tenant);
    const { body } = await client.token({ ...REQUEST, ...withSecret, claims: '{"access_token":{"nbf":{"essential":true,"value":"1700000000"},"xms_cc":{"values":["cp1"]}}}' });
    expect(decodeJwt(String(body['access_token']))['xms_cc']).toEqual(['cp1']);
    expect(body['expires_in']).toBeGreaterThanOrEqual(20 * 3_600);
    expect(body['expires_in']).toBeLessThanOrEqual(28 * 3_600);
    expect(body['refresh_in']).toBe(Math.floor(Number(body['expires_in']) / 2));
    expect(codeOf(await client.token({ ...REQUEST, ...withSecret, claims: '{' }))).toBe(9000410);
    tenant.directory.updateTenant({ accessTokenLifetime: 600 });
    expect((await client.token({ ...REQUEST, ...withSecret })).body['expires_in']).toBe(600);
  });
});
