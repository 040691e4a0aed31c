import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startOAuthServer, type OAuthServer } from './server.ts';

let oauth: OAuthServer;

beforeAll(async () => {
  oauth = await startOAuthServer({ hasFullAccess: (holder, mailbox) => holder === 'alice@lab.test' && mailbox === 'shared@lab.test' });
});

afterEach(() => oauth.fault({}));

afterAll(() => oauth[Symbol.asyncDispose]());

async function post(url: string, parameters: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<{ status: number; headers: Headers; body: Record<string, unknown> }> {
  const response = await fetch(url, { method: 'POST', body: new URLSearchParams(parameters), ...(signal && { signal }) });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Record<string, unknown> };
}

const introspect = async (token: string): Promise<Record<string, unknown>> => (await post(oauth.introspectionEndpoint, { token })).body;

const client = { client_id: 'lab-client', client_secret: 'lab-secret' };

describe('tokens', () => {
  it('are active, and name their user', async () => {
    const token = await oauth.mint({ user: 'alice@lab.test' });
    expect(await introspect(token)).toMatchObject({ active: true, username: 'alice@lab.test' });
  });

  it('come as short handles too', async () => {
    const token = await oauth.mint({ user: 'bob@lab.test', format: 'opaque' });
    expect(token).toHaveLength(27);
    expect(await introspect(token)).toMatchObject({ active: true, username: 'bob@lab.test' });
  });

  it.each([
    ['over', () => oauth.mint({ user: 'alice@lab.test', expiresIn: -60 })],
    ['an invention', async () => 'a.b.c'],
    ['no token at all', async () => ''],
    ['signed by nobody', async () => `${(await oauth.mint({ user: 'alice@lab.test' })).split('.').slice(0, 2).join('.')}.${Buffer.from('x').toString('base64url')}`],
  ])('are not active when %s', async (_, token) => {
    expect(await introspect(await token())).toEqual({ active: false });
  });

  it.each(['jwt', 'opaque'] as const)('are not active once revoked (%s)', async (format) => {
    const token = await oauth.mint({ user: 'alice@lab.test', format });
    await oauth.revoke(token);
    expect(await introspect(token)).toEqual({ active: false });
  });

  it('may come from another authority, for as long as it is trusted', async () => {
    const held = { holder: 'app', expiresAt: new Date(Date.now() + 60_000), scope: 'IMAP.AccessAsApp', clientId: 'app' };
    {
      using _ = oauth.trust({ check: async (token) => (token === 'foreign' ? held : undefined), opens: (holder, mailbox) => holder === 'app' && mailbox === 'bob@lab.test' });
      expect(await introspect('foreign')).toMatchObject({ active: true, username: 'app', client_id: 'app' });
      expect(await introspect('another')).toEqual({ active: false });
      const delegate = async (mailbox: string, token: string) => (await post(oauth.delegateEndpoint, { mailbox, token })).body;
      expect([await delegate('bob@lab.test', 'foreign'), await delegate('alice@lab.test', 'foreign'), await delegate('bob@lab.test', 'another')]).toEqual([{ allowed: true }, { allowed: false }, { allowed: false }]);
    }
    expect(await introspect('foreign')).toEqual({ active: false });
  });

  it('carry the claims asked for', async () => {
    const token = await oauth.mint({ user: 'alice@lab.test', extra: { tid: 'tenant' } });
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as unknown;
    expect(claims).toMatchObject({ upn: 'alice@lab.test', tid: 'tenant', iss: oauth.issuer });
  });

  it("open somebody else's mailbox to those with full access alone", async () => {
    const ask = async (user: string): Promise<unknown> => (await post(oauth.delegateEndpoint, { mailbox: 'shared@lab.test', token: await oauth.mint({ user }) })).body;
    expect(await ask('alice@lab.test')).toEqual({ allowed: true });
    expect(await ask('carol@lab.test')).toEqual({ allowed: false });
  });
});

describe('the token endpoint', () => {
  it('grants client credentials', async () => {
    const { status, body } = await post(oauth.tokenEndpoint, { ...client, grant_type: 'client_credentials', lab_user: 'carol@lab.test' });
    expect(status).toBe(200);
    expect(await introspect(String(body['access_token']))).toMatchObject({ active: true, username: 'carol@lab.test' });
  });

  it.each([
    ['a wrong secret', { ...client, client_secret: 'no', grant_type: 'client_credentials' }, 401, 'invalid_client', 7_000_215],
    ['an unknown client', { ...client, client_id: 'no', grant_type: 'client_credentials' }, 400, 'unauthorized_client', 700_016],
    ['a spent refresh token', { ...client, grant_type: 'refresh_token', refresh_token: 'no' }, 400, 'invalid_grant', 700_082],
    ['an unknown grant', { ...client, grant_type: 'magic' }, 400, 'unsupported_grant_type', 70_003],
  ])('refuses %s as Entra does', async (_, parameters, status, error, code) => {
    const reply = await post(oauth.tokenEndpoint, parameters);
    expect(reply).toMatchObject({ status, body: { error, error_codes: [code] } });
  });

  it('takes a refresh token once', async () => {
    const first = await post(oauth.tokenEndpoint, { ...client, grant_type: 'password', username: 'alice@lab.test' });
    const refresh = { ...client, grant_type: 'refresh_token', refresh_token: String(first.body['refresh_token']) };
    expect((await post(oauth.tokenEndpoint, refresh)).status).toBe(200);
    expect((await post(oauth.tokenEndpoint, refresh)).status).toBe(400);
  });

  it('redeems the code of a sign-in', async () => {
    const query = new URLSearchParams({ redirect_uri: 'http://127.0.0.1/back', state: 's', login_hint: 'bob@lab.test' });
    const sent = await fetch(`${oauth.authorizeEndpoint}?${query.toString()}`, { redirect: 'manual' });
    const back = new URL(sent.headers.get('location') ?? '');
    expect(back.searchParams.get('state')).toBe('s');
    const { body } = await post(oauth.tokenEndpoint, { ...client, grant_type: 'authorization_code', code: back.searchParams.get('code') ?? '' });
    expect(await introspect(String(body['access_token']))).toMatchObject({ username: 'bob@lab.test' });
  });

  it('tells where everything is', async () => {
    const discovered = (await (await fetch(`${oauth.issuer}/.well-known/openid-configuration`)).json()) as Record<string, unknown>;
    expect(discovered).toMatchObject({ issuer: oauth.issuer, token_endpoint: oauth.tokenEndpoint });
    const keys = (await (await fetch(oauth.jwksUri)).json()) as { keys: unknown[] };
    expect(keys.keys).toHaveLength(1);
  });
});

describe('faults', () => {
  const ask = (signal?: AbortSignal): ReturnType<typeof post> => post(oauth.tokenEndpoint, { ...client, grant_type: 'client_credentials' }, signal);

  it('answer 500, 429 with a time to wait, or garbage', async () => {
    await oauth.fault({ token: '500' });
    expect((await ask()).status).toBe(500);
    await oauth.fault({ token: '429' });
    expect((await ask()).headers.get('retry-after')).toBe('3');
    await oauth.fault({ token: 'garbage' });
    await expect(ask()).rejects.toThrow('JSON');
  });

  it('drop the connection, or hang', async () => {
    await oauth.fault({ token: 'drop' });
    await expect(ask()).rejects.toThrow('fetch failed');
    await oauth.fault({ token: 'hang' });
    await expect(ask(AbortSignal.timeout(100))).rejects.toThrow('timeout');
  });

  it('concern the endpoint named, and heal', async () => {
    await oauth.fault({ introspect: '500' });
    expect((await ask()).status).toBe(200);
    expect((await post(oauth.introspectionEndpoint, { token: 'x' })).status).toBe(500);
    await oauth.fault({});
    expect(await introspect('x')).toEqual({ active: false });
  });

  it('are counted among the requests', async () => {
    const before = oauth.stats();
    await ask();
    expect(oauth.stats()).toEqual({ token: before.token + 1, introspect: before.introspect });
  });
});
