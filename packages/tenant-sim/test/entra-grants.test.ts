import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { startTenant, type Tenant, type TestBrowser } from '../src/index.ts';
import { addApp, CLIENT_ID, SALES, SECRET, withSecret } from './entra-apps.ts';
import { type EntraClient, type Fields, type JsonAnswer, openClient } from './entra-client.ts';

const open = (): Promise<Tenant> => startTenant({ doors: ['entra'] });
const IMAP = 'https://outlook.office.com/IMAP.AccessAsUser.All';
const DAY = 86_400_000;
const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code';
const OBO = { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', requested_token_use: 'on_behalf_of' } as const;
const codeOf = (answer: JsonAnswer): unknown => (answer.body['error_codes'] as number[] | undefined)?.[0] ?? 'tokens';

/** Tokens of Sales, by the web redirect of the adapter or by its native one. */
async function tokensOf(client: EntraClient, kind: 'confidential' | 'public', scope = `${IMAP} offline_access`): Promise<JsonAnswer['body']> {
  const redirect = kind === 'public' ? 'http://localhost' : 'http://localhost:3000/callback';
  const browser = await client.browser().open(`/contoso.test/oauth2/v2.0/authorize?${new URLSearchParams({ client_id: CLIENT_ID, response_type: 'code', redirect_uri: redirect, scope }).toString()}`);
  await browser.submit({ username: SALES });
  await browser.submit({ password: 'sales-password' });
  const { body } = await client.token({ grant_type: 'authorization_code', redirect_uri: redirect, code: browser.returned['code']!, ...shownBy(kind) });
  return body;
}

const shownBy = (kind: 'confidential' | 'public'): Fields => (kind === 'public' ? { client_id: CLIENT_ID } : withSecret);
const renew = (client: EntraClient, kind: 'confidential' | 'public', token: unknown, form: Fields = {}) => client.token({ grant_type: 'refresh_token', refresh_token: String(token), ...shownBy(kind), ...form });

describe('a refresh token', () => {
  it('brings a new one each time, while the old ones stay good (FACTS.md A4)', async () => {
    await using tenant = await open();
    await using client = openClient(tenant);
    const { refresh_token: first } = await tokensOf(client, 'public');
    const [one, two] = await Promise.all([renew(client, 'public', first, { scope: IMAP }), renew(client, 'public', first, { scope: IMAP })]);
    expect([codeOf(one), codeOf(two)]).toEqual(['tokens', 'tokens']);
    expect(new Set([first, one.body['refresh_token'], two.body['refresh_token']]).size).toBe(3);
    expect(decodeJwt(String(one.body['access_token']))['scp']).toBe('IMAP.AccessAsUser.All');
    tenant.clock.jump(89 * DAY);
    const kept = await renew(client, 'public', one.body['refresh_token']);
    expect(codeOf(kept)).toBe('tokens');
    tenant.clock.jump(DAY);
    expect(codeOf(await renew(client, 'public', first))).toBe(700082);
    tenant.clock.jump(88 * DAY);
    expect(codeOf(await renew(client, 'public', kept.body['refresh_token']))).toBe('tokens');
  });

  it.each([
    ['confidential', 'tokens', 50173, 50173],
    ['public', 50173, 50173, 50173],
  ] as const)('of a %s client ends with what the table of FACTS.md A4 says', async (kind, afterChange, afterRevocation, afterFault) => {
    await using tenant = await open();
    await using client = openClient(tenant);
    const { refresh_token: token } = await tokensOf(client, kind);
    tenant.directory.updateUser(SALES, { passwordExpired: true });
    expect(codeOf(await renew(client, kind, token))).toBe('tokens');
    tenant.directory.updateUser(SALES, { passwordExpired: false, password: 'sales-password', passwordChangedAt: tenant.clock.now() });
    expect(codeOf(await renew(client, kind, token))).toBe(afterChange);
    tenant.clock.jump(1_000);
    const { refresh_token: fresh } = await tokensOf(client, kind);
    expect(codeOf(await renew(client, kind, fresh))).toBe('tokens');
    tenant.directory.updateUser(SALES, { sessionsRevokedAt: tenant.clock.now() });
    expect(codeOf(await renew(client, kind, fresh))).toBe(afterRevocation);
    tenant.clock.jump(1_000);
    const { refresh_token: newest } = await tokensOf(client, kind);
    tenant.faults.set('token.revoked', { mailbox: SALES }, { times: 1 });
    expect(codeOf(await renew(client, kind, newest))).toBe(afterFault);
  });

  it('brings a new access token where only those were withdrawn', async () => {
    await using tenant = await open();
    await using client = openClient(tenant);
    const { refresh_token: token, access_token: withdrawn } = await tokensOf(client, 'public');
    tenant.faults.set('token.revoked', { mailbox: SALES, only: 'access-tokens' }, { times: 1 });
    expect((await tenant.tokens.verify(String(withdrawn), 'exchange')).problem).toBe('revoked');
    const renewed = await renew(client, 'public', token, { scope: IMAP });
    expect(codeOf(renewed)).toBe('tokens');
    expect((await tenant.tokens.verify(String(renewed.body['access_token']), 'exchange')).problem).toBeUndefined();
  });

  it('is for its client, with the credential that its client has', async () => {
    await using tenant = await open();
    await using client = openClient(tenant);
    const { refresh_token: open_ } = await tokensOf(client, 'public');
    const { refresh_token: guarded } = await tokensOf(client, 'confidential');
    const other = addApp(tenant);
    expect(codeOf(await renew(client, 'public', open_, { client_secret: SECRET }))).toBe(700025);
    expect(codeOf(await renew(client, 'public', guarded))).toBe(7000218);
    expect(codeOf(await renew(client, 'public', open_, { client_id: other.clientId }))).toBe(70000);
    expect(codeOf(await renew(client, 'public', 'no token of ours'))).toBe(9002313);
  });

  it('serves another resource that was consented to, and no other', async () => {
    await using tenant = await open();
    await using client = openClient(tenant);
    const { refresh_token: token } = await tokensOf(client, 'public');
    const ask = (scope: string) => renew(client, 'public', token, { scope });
    expect((await ask('https://graph.microsoft.com/Mail.Send')).body['scope']).toBe('https://graph.microsoft.com/Mail.Send');
    const defaults = await ask('https://outlook.office.com/.default');
    expect(defaults.body['scope']).toBe(`${IMAP} https://outlook.office.com/SMTP.Send`);
    const refused = await ask('User.Read');
    expect([codeOf(refused), refused.body['error'], refused.body['suberror']]).toEqual([65001, 'invalid_grant', 'consent_required']);
    expect(codeOf(await ask('Mail.Read'))).toBe(90094);
    tenant.directory.updateApp(CLIENT_ID, { scopes: [{ resource: 'graph', scope: 'User.Read', user: SALES }] });
    expect(codeOf(await ask('User.Read'))).toBe('tokens');
    expect(codeOf(await ask('https://outlook.office.com/.default'))).toBe(650057);
  });

  it('meets what became of its user and of the policies', async () => {
    await using tenant = await open();
    await using client = openClient(tenant);
    const { refresh_token: token } = await tokensOf(client, 'confidential');
    const ask = async () => codeOf(await renew(client, 'confidential', token));
    tenant.directory.updateUser(SALES, { mfa: 'required' });
    expect(await ask()).toBe(50076);
    tenant.directory.updateUser(SALES, { mfa: 'registration-required' });
    expect(await ask()).toBe(50079);
    tenant.directory.updateUser(SALES, { mfa: 'off', enabled: false });
    expect(await ask()).toBe(50057);
    tenant.directory.updateUser(SALES, { enabled: true });
    tenant.directory.updateTenant({ signInFrequency: 3_600_000 });
    expect(await ask()).toBe('tokens');
    tenant.clock.jump(3_600_000);
    expect(await ask()).toBe(70043);
    tenant.directory.removeUser(SALES);
    tenant.directory.updateTenant({ signInFrequency: 10 * DAY });
    expect(await ask()).toBe(50034);
  });
});

describe('a device code', () => {
  const start = async (client: EntraClient, scope = `${IMAP} offline_access`) => (await client.post('/contoso.test/oauth2/v2.0/devicecode', { client_id: CLIENT_ID, scope })).body;
  const poll = (client: EntraClient, code: unknown, form: Fields = {}) => client.token({ grant_type: DEVICE, client_id: CLIENT_ID, device_code: String(code), ...form });
  const enter = async (browser: TestBrowser, code: unknown) => {
    await browser.open('/devicelogin');
    return browser.submit({ user_code: String(code).toLowerCase() });
  };

  it('waits for a user who signs in elsewhere, and is good once', async () => {
    await using tenant = await open();
    await using client = openClient(tenant);
    const started = await start(client);
    expect(started).toMatchObject({ expires_in: 900, interval: 5, verification_uri: `${client.base}/devicelogin` });
    expect(String(started['message'])).toContain(String(started['user_code']));
    expect(codeOf(await poll(client, started['device_code']))).toBe(70016);
    const browser = await enter(client.browser(), started['user_code']);
    expect(browser.heading).toBe('Are you trying to sign in to Mail adapter?');
    await browser.submit({ action: 'next', step: 'confirm' });
    await browser.submit({ username: SALES });
    await browser.submit({ password: 'sales-password' });
    expect(browser.heading).toBe('You have signed in');
    const { body } = await poll(client, started['device_code'], { grant_type: 'device_code' });
    expect(Object.keys(body).toSorted()).toEqual(['access_token', 'expires_in', 'ext_expires_in', 'refresh_token', 'scope', 'token_type']);
    expect(codeOf(await poll(client, started['device_code']))).toBe(70018);
  });

  it('can be declined, mistyped and forgotten', async () => {
    await using tenant = await open();
    await using client = openClient(tenant);
    const [declined, forgotten] = [await start(client), await start(client)];
    const browser = client.browser();
    expect((await enter(browser, 'NOTACODE1')).refusal).toBe(70018);
    await enter(browser, declined['user_code']);
    await browser.submit({ action: 'cancel', step: 'confirm' });
    expect(browser.heading).toBe('You have not signed in');
    expect((await poll(client, declined['device_code'])).body['error']).toBe('authorization_declined');
    expect((await poll(client, 'unknown')).body['error']).toBe('bad_verification_code');
    tenant.clock.jump(900_000);
    expect((await poll(client, forgotten['device_code'])).body['error']).toBe('expired_token');
    expect((await enter(browser, forgotten['user_code'])).refusal).toBe(70019);
  });

  it('is for public clients, or for those that show a credential', async () => {
    await using tenant = await open();
    await using client = openClient(tenant);
    const started = await start(client);
    expect(codeOf(await poll(client, started['device_code'], { client_secret: SECRET }))).toBe(700025);
    tenant.directory.updateApp(CLIENT_ID, { publicClient: false });
    expect(codeOf(await poll(client, started['device_code']))).toBe(7000218);
    expect(codeOf(await poll(client, started['device_code'], { client_secret: SECRET }))).toBe(70016);
  });
});

describe('on behalf of', () => {
  const call = async (tenant: Tenant, client: EntraClient, assertion: string, form: Fields = {}) => client.token({ ...OBO, ...withSecret, assertion, scope: 'https://graph.microsoft.com/Mail.Send', ...form });

  it('turns a token for the app into one to call on with', async () => {
    await using tenant = await open();
    await using client = openClient(tenant);
    const front = addApp(tenant, { redirectUris: [{ platform: 'native', uri: 'http://localhost' }] });
    tenant.directory.updateApp(CLIENT_ID, { exposes: ['access_as_user'] });
    const browser = await client.browser().open(`/contoso.test/oauth2/v2.0/authorize?${new URLSearchParams({ client_id: front.clientId, response_type: 'code', redirect_uri: 'http://localhost', scope: `api://${CLIENT_ID}/access_as_user` }).toString()}`);
    await browser.submit({ username: SALES });
    await browser.submit({ password: 'sales-password' });
    const { body: called } = await client.token({ grant_type: 'authorization_code', client_id: front.clientId, redirect_uri: 'http://localhost', code: browser.returned['code']! });
    expect(decodeJwt(String(called['access_token']))).toMatchObject({ aud: `api://${CLIENT_ID}`, scp: 'access_as_user', appid: front.clientId });
    const { body } = await call(tenant, client, String(called['access_token']), { scope: 'https://graph.microsoft.com/Mail.Send offline_access' });
    expect(decodeJwt(String(body['access_token']))).toMatchObject({ aud: 'https://graph.microsoft.com', upn: SALES, appid: CLIENT_ID });
    expect(body).toHaveProperty('refresh_token');
    expect((await call(tenant, client, String(called['access_token']))).body).not.toHaveProperty('refresh_token');
  });

  it('refuses other tokens', async () => {
    await using tenant = await open();
    await using client = openClient(tenant);
    const app = tenant.directory.app(CLIENT_ID)!;
    const user = tenant.directory.user(SALES)!;
    const issue = async (claims: object, person = true, expiresIn = 3_600) => (await tenant.tokens.issue({ app, resource: 'graph', expiresIn, claims, ...(person && { user }) })).token;
    const own = { aud: CLIENT_ID };
    const codes = await Promise.all([issue({}), issue(own, true, -10), issue(own, false), Promise.resolve('a.b.c'), issue(own)].map(async (token) => codeOf(await call(tenant, client, await token))));
    expect(codes).toEqual([50013, 500133, 7000114, 50013, 'tokens']);
    expect(codeOf(await client.token({ ...OBO, client_id: CLIENT_ID, assertion: await issue(own), scope: 'Mail.Send' }))).toBe(7000218);
    expect(codeOf(await call(tenant, client, await issue(own), { requested_token_use: 'other' }))).toBe(90023);
    const before = await issue(own);
    tenant.tokens.revoke({ user: SALES });
    expect(codeOf(await call(tenant, client, before))).toBe(50173);
  });

  it('hands a claims challenge on to the caller (FACTS.md A6)', async () => {
    await using tenant = await open();
    await using client = openClient(tenant);
    tenant.directory.updateUser(SALES, { mfa: 'registration-required' });
    tenant.faults.set('entra.mfa-required', { app: CLIENT_ID });
    const issue = async (amr: readonly string[]) => (await tenant.tokens.issue({ app: tenant.directory.app(CLIENT_ID)!, user: tenant.directory.user(SALES)!, resource: 'graph', claims: { aud: CLIENT_ID, amr } })).token;
    const refused = await call(tenant, client, await issue(['pwd']), { claims: '{"access_token":{"xms_cc":{"values":["cp1"]}}}' });
    expect([refused.status, refused.body['error'], codeOf(refused)]).toEqual([400, 'interaction_required', 50079]);
    expect(JSON.parse(String(refused.body['claims']))).toEqual({ access_token: { xms_cc: { values: ['cp1'] }, polids: { essential: true, values: [expect.any(String)] } } });
    expect(codeOf(await call(tenant, client, await issue(['pwd', 'mfa'])))).toBe('tokens');
  });
});

describe('name and password', () => {
  it('do for a public client without a second factor, and are told apart in every state of the account', async () => {
    await using tenant = await open();
    await using client = openClient(tenant);
    const ask = async (form: Fields = {}) => codeOf(await client.token({ grant_type: 'password', client_id: CLIENT_ID, scope: IMAP, username: SALES, password: 'sales-password', ...form }));
    expect([await ask(), await ask({ password: 'x' }), await ask({ username: 'x@contoso.test' }), await ask({ username: 'shared@contoso.test' })]).toEqual(['tokens', 50126, 50034, 50057]);
    tenant.directory.updateUser(SALES, { mfa: 'required' });
    expect(await ask()).toBe(50076);
  });
});

describe('consent', () => {
  const scope = 'https://graph.microsoft.com/User.Read offline_access profile';
  const ask = async (client: EntraClient, query: Fields = {}, user = 'sales') => {
    const browser = await client.browser().open(`/contoso.test/oauth2/v2.0/authorize?${new URLSearchParams({ client_id: CLIENT_ID, response_type: 'code', redirect_uri: 'http://localhost', scope, state: 's', ...query }).toString()}`);
    await browser.submit({ username: `${user}@contoso.test` });
    return browser.submit({ password: `${user}-password` });
  };

  it('is asked for once, for the one who gave it', async () => {
    await using tenant = await open();
    await using client = openClient(tenant);
    const browser = await ask(client);
    expect(browser.heading).toBe('Permissions requested');
    for (const words of ['Sign you in and read your profile', 'Maintain access to data', 'View your basic profile', 'Mail adapter']) expect(browser.html).toContain(words);
    expect(browser.html).not.toContain('Consent on behalf of your organization');
    expect((await browser.submit({ action: 'next', step: 'consent' })).returned).toHaveProperty('code');
    expect((await ask(client)).returned).toHaveProperty('code');
    expect((await ask(client, {}, 'support')).heading).toBe('Permissions requested');
    expect((await ask(client, { prompt: 'consent' })).heading).toBe('Permissions requested');
  });

  it('can be declined', async () => {
    await using tenant = await open();
    await using client = openClient(tenant);
    const browser = await ask(client);
    await browser.submit({ action: 'cancel', step: 'consent' });
    expect(browser.returned).toMatchObject({ error: 'access_denied', state: 's' });
    expect(browser.returned['error_description']).toMatch(/^AADSTS65004/);
  });

  it('to mail is for an administrator to give, to everybody at once if they like (FACTS.md A7)', async () => {
    await using tenant = await open();
    await using client = openClient(tenant);
    const mail = { scope: 'Mail.Read' };
    const browser = await ask(client, mail);
    expect([browser.heading, browser.refusal]).toEqual(['Need admin approval', 90094]);
    await browser.submit({ action: 'cancel', step: 'approval' });
    expect(browser.returned).toMatchObject({ error: 'access_denied' });
    const admin = await ask(client, mail, 'admin');
    expect(admin.html).toContain('Consent on behalf of your organization');
    await admin.submit({ action: 'next', step: 'consent', for_all: '1' });
    expect((await ask(client, mail)).returned).toHaveProperty('code');
  });

  it('is the tenant to allow or to forbid', async () => {
    await using tenant = await open();
    await using client = openClient(tenant);
    tenant.directory.updateTenant({ userConsent: 'nothing' });
    expect((await ask(client)).heading).toBe('Need admin approval');
    tenant.directory.updateTenant({ userConsent: 'everything' });
    expect((await ask(client, { scope: 'Mail.Read' })).heading).toBe('Permissions requested');
    expect((await ask(client, { scope: 'User.Read.All' })).heading).toBe('Need admin approval');
  });

  it('cannot be given by a form that somebody made up', async () => {
    await using tenant = await open();
    await using client = openClient(tenant);
    const browser = await ask(client, { scope: 'Mail.Read' });
    await browser.submit({ action: 'next', step: 'consent' });
    expect(browser.heading).toBe('Need admin approval');
    expect(tenant.directory.app(CLIENT_ID)!.scopes).not.toContainEqual(expect.objectContaining({ scope: 'Mail.Read' }));
    const early = await client.browser().open(`/contoso.test/oauth2/v2.0/authorize?${new URLSearchParams({ client_id: CLIENT_ID, response_type: 'code', redirect_uri: 'http://localhost', scope }).toString()}`);
    await early.submit({ username: SALES });
    await early.submit({ step: 'register', action: 'next', password: '' });
    expect(early.location).toBe('');
    expect(early.refusal).toBe(50089);
  });

  it('of an administrator gives an app what its registration lists', async () => {
    await using tenant = await open();
    await using client = openClient(tenant);
    const requires = { roles: [{ resource: 'graph', role: 'Mail.ReadWrite' }, { resource: 'exchange', role: 'IMAP.AccessAsApp' }], scopes: [{ resource: 'graph', scope: 'Mail.Read' }] } as const;
    const app = addApp(tenant, { redirectUris: [{ platform: 'web', uri: 'https://adapter.contoso.test/granted' }], requires });
    const visit = async (path: string, user: string, query: Fields = {}) => {
      const browser = await client.browser().open(`/contoso.test/${path}?${new URLSearchParams({ client_id: app.clientId, redirect_uri: 'https://adapter.contoso.test/granted', state: 's', ...query }).toString()}`);
      await browser.submit({ username: `${user}@contoso.test` });
      return browser.submit({ password: `${user}-password` });
    };
    expect((await visit('adminconsent', 'sales')).heading).toBe('Need admin approval');
    const canceled = await visit('adminconsent', 'admin');
    await canceled.submit({ action: 'cancel', step: 'consent' });
    expect(canceled.returned).toEqual({ error: 'permission_denied', error_description: 'The admin canceled the request', state: 's' });
    const part = await visit('v2.0/adminconsent', 'admin', { scope: 'https://outlook.office365.com/.default' });
    await part.submit({ action: 'next', step: 'consent' });
    expect(part.returned).toEqual({ admin_consent: 'True', tenant: tenant.directory.tenant.id, scope: 'https://outlook.office365.com/.default', state: 's' });
    expect(tenant.directory.app(app.clientId)!.roles).toEqual([requires.roles[1]]);
    const whole = await visit('adminconsent', 'admin');
    expect(whole.html).toContain('Mail.ReadWrite');
    await whole.submit({ action: 'next', step: 'consent' });
    expect(whole.returned).toMatchObject({ admin_consent: 'True', tenant: tenant.directory.tenant.id });
    expect(tenant.directory.app(app.clientId)).toMatchObject({ roles: [requires.roles[1], requires.roles[0]], scopes: requires.scopes });
  });
});
