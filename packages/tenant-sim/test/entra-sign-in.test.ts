import { createHash } from 'node:crypto';
import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { startTenant, type Tenant, type TestBrowser } from '../src/index.ts';
import { addApp, CLIENT_ID, SALES, SECRET } from './entra-apps.ts';
import { type EntraClient, type Fields, openClient } from './entra-client.ts';
import { openImapFlow } from './imap-client.ts';

const open = (): Promise<Tenant> => startTenant({ doors: ['entra'] });
const IMAP = 'https://outlook.office.com/IMAP.AccessAsUser.All';
const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const S256 = createHash('sha256').update(VERIFIER).digest('base64url');

const address = (query: Fields = {}, at = 'contoso.test'): string =>
  `/${at}/oauth2/v2.0/authorize?${new URLSearchParams({ client_id: CLIENT_ID, response_type: 'code', redirect_uri: 'http://localhost', scope: `${IMAP} openid profile offline_access`, state: 'st&=te', code_challenge: S256, code_challenge_method: 'S256', ...query }).toString()}`;

async function signIn(browser: TestBrowser, query: Fields = {}, user = 'sales'): Promise<TestBrowser> {
  await browser.open(address(query));
  await browser.submit({ username: `${user}@contoso.test` });
  return browser.submit({ password: `${user}-password` });
}

const redeem = (client: EntraClient, code: string | undefined, form: Fields = {}) =>
  client.token({ grant_type: 'authorization_code', client_id: CLIENT_ID, redirect_uri: 'http://localhost', code_verifier: VERIFIER, code: code ?? '', ...form });
const codeOf = (answer: { readonly body: Readonly<Record<string, unknown>> }): unknown => (answer.body['error_codes'] as number[] | undefined)?.[0] ?? 'tokens';

describe('the sign-in page', () => {
  it('asks for the account, then for the password, and sends back a code with the state', async () => {
    await using tenant = await open();
    await using client = openClient(tenant);
    const browser = await client.browser().open(address());
    expect([browser.status, browser.heading]).toEqual([200, 'Sign in']);
    await browser.submit({ username: SALES });
    expect(browser.heading).toBe('Enter password');
    await browser.submit({ password: 'sales-password' });
    expect(browser.status).toBe(302);
    expect(browser.location).toMatch(/^http:\/\/localhost\?code=/);
    expect(browser.returned).toMatchObject({ state: 'st&=te' });
    const { status, body } = await redeem(client, browser.returned['code']);
    expect(status).toBe(200);
    expect(body).toMatchObject({ token_type: 'Bearer', scope: `${IMAP} openid profile` });
    expect(decodeJwt(String(body['access_token']))).toMatchObject({ aud: 'https://outlook.office365.com', scp: 'IMAP.AccessAsUser.All', upn: SALES, appidacr: '0', amr: ['pwd'] });
    expect(decodeJwt(String(body['id_token']))).toMatchObject({ aud: CLIENT_ID, iss: `${client.base}/${tenant.directory.tenant.id}/v2.0`, preferred_username: SALES, tid: tenant.directory.tenant.id, ver: '2.0' });
    expect(String(body['refresh_token'])).toMatch(/^1\.A/);
  });

  it('goes on when Enter is pressed, which means the first button of a form', async () => {
    await using tenant = await open();
    await using client = openClient(tenant);
    tenant.directory.updateUser(SALES, { mfa: 'required' });
    const browser = await client.browser().open(address());
    const first = (): string | undefined => /<form[^>]*>(?:(?!<\/form>).)*?<button[^>]*value="(\w+)"/s.exec(browser.html)?.[1];
    const pressed = [first()];
    await browser.submit({ username: SALES });
    pressed.push(first());
    await browser.submit({ password: 'sales-password' });
    pressed.push(first());
    expect(pressed).toEqual(['next', 'next', 'next']);
  });

  it('answers by query, fragment or form', async () => {
    await using tenant = await open();
    await using client = openClient(tenant);
    const browser = client.browser();
    expect((await signIn(browser, { response_mode: 'fragment' })).location).toMatch(/^http:\/\/localhost#code=/);
    await browser.open(address({ response_mode: 'form_post' }));
    expect(browser.html).toContain('<form method="post" action="http://localhost">');
    expect(browser.returned).toMatchObject({ state: 'st&=te', code: expect.any(String) as string });
    await browser.open(address({ response_mode: 'query' }));
    expect(browser.location).toMatch(/^http:\/\/localhost\?code=/);
  });

  it('says what is wrong with the account or the password, and goes on from there', async () => {
    await using tenant = await open();
    await using client = openClient(tenant);
    const browser = await client.browser().open(address());
    expect((await browser.submit({ username: 'nobody@contoso.test' })).refusal).toBe(50034);
    expect((await browser.submit({ username: 'sales@fabrikam.test' })).refusal).toBe(50020);
    expect((await browser.submit({ username: '"><script>alert(1)</script>@contoso.test' })).html).not.toContain('<script>');
    await browser.submit({ username: SALES });
    expect((await browser.submit({ password: 'wrong' })).refusal).toBe(50126);
    tenant.directory.updateUser(SALES, { lockedOut: true });
    expect((await browser.submit({ password: 'sales-password' })).refusal).toBe(50053);
    tenant.directory.updateUser(SALES, { lockedOut: false, passwordExpired: true });
    expect((await browser.submit({ password: 'sales-password' })).refusal).toBe(50055);
    tenant.directory.updateUser(SALES, { passwordExpired: false });
    await browser.submit({ action: 'other', step: 'other' });
    await browser.submit({ username: 'support@contoso.test' });
    expect((await browser.submit({ password: 'support-password' })).location).toMatch(/code=/);
    tenant.directory.updateUser(SALES, { enabled: false });
    await browser.open(address({ prompt: 'login', login_hint: SALES }));
    expect(browser.refusal).toBeUndefined();
    expect((await browser.submit({ password: 'sales-password' })).refusal).toBe(50057);
  });

  it('remembers who signed in, lets them choose, and forgets at the end', async () => {
    await using tenant = await open();
    await using client = openClient(tenant);
    const browser = await signIn(client.browser());
    expect((await browser.open(address())).location).toMatch(/code=/);
    expect((await browser.open(address({ prompt: 'none' }))).location).toMatch(/code=/);
    expect((await browser.open(address({ prompt: 'login', login_hint: SALES }))).heading).toBe('Enter password');
    await browser.open(address({ prompt: 'select_account' }));
    expect(browser.heading).toBe('Pick an account');
    const sales = tenant.directory.user(SALES)!.id;
    expect((await browser.submit({ account: sales })).location).toMatch(/code=/);
    await browser.open(address({ prompt: 'select_account' }));
    await browser.submit({ username: 'support@contoso.test' });
    await browser.submit({ password: 'support-password' });
    expect((await browser.open(address())).heading).toBe('Pick an account');
    expect((await browser.open(address({ login_hint: 'support@contoso.test' }))).location).toMatch(/code=/);
    expect((await browser.open(address({ login_hint: 'admin@contoso.test' }))).heading).toBe('Enter password');
    await browser.open('/contoso.test/oauth2/v2.0/logout?post_logout_redirect_uri=http://localhost&state=bye');
    expect(browser.location).toBe('http://localhost?state=bye');
    expect((await browser.open(address())).heading).toBe('Sign in');
    expect((await browser.open('/contoso.test/oauth2/v2.0/logout?post_logout_redirect_uri=http://evil.example')).location).toBe('');
  });

  it('does not ask where nobody may be asked', async () => {
    await using tenant = await open();
    await using client = openClient(tenant);
    const browser = client.browser();
    const silent = async (query: Fields = {}) => (await browser.open(address({ prompt: 'none', ...query }))).returned;
    const expectRefusal = async (error: string, code: number, query: Fields = {}) => {
      const { error: told, error_description: text, state } = await silent(query);
      expect([told, text?.split(':')[0], state]).toEqual([error, `AADSTS${code}`, 'st&=te']);
    };
    await expectRefusal('login_required', 50058);
    await signIn(browser);
    await expectRefusal('interaction_required', 90094, { scope: 'Mail.Read' });
    await expectRefusal('interaction_required', 65001, { scope: 'User.Read' });
    tenant.directory.updateUser(SALES, { mfa: 'required' });
    await expectRefusal('interaction_required', 50076);
    tenant.directory.updateUser(SALES, { mfa: 'off', passwordChangedAt: tenant.clock.now() });
    await expectRefusal('login_required', 50132);
    tenant.directory.updateUser(SALES, { sessionsRevokedAt: tenant.clock.now() });
    await expectRefusal('login_required', 50133);
  });

  it('asks for a second factor of who needs one, and has it set up', async () => {
    await using tenant = await open();
    await using client = openClient(tenant);
    tenant.directory.updateUser(SALES, { mfa: 'registration-required', mfaCode: '246810' });
    const browser = await signIn(client.browser());
    expect(browser.heading).toBe('More information required');
    await browser.submit({ action: 'next', step: 'register' });
    expect(browser.location).toMatch(/code=/);
    expect(tenant.directory.user(SALES)?.mfa).toBe('required');
    const again = await signIn(client.browser());
    expect(again.heading).toBe('Verify your identity');
    expect((await again.submit({ code: '000000' })).refusal).toBe(500121);
    await again.submit({ code: '246810' });
    const { body } = await redeem(client, again.returned['code']);
    expect(decodeJwt(String(body['access_token']))['amr']).toEqual(['pwd', 'mfa']);
  });

  it('asks for a second factor where a policy does, also of who came without', async () => {
    await using tenant = await open();
    await using client = openClient(tenant);
    const browser = await signIn(client.browser());
    const fault = tenant.faults.set('entra.mfa-required', { mailbox: SALES });
    const refused = await redeem(client, browser.returned['code']);
    expect([refused.body['error'], codeOf(refused)]).toEqual(['interaction_required', 50076]);
    const claims = String(refused.body['claims']);
    expect((JSON.parse(claims) as { access_token: object }).access_token).toHaveProperty('polids');
    await browser.open(address({ claims }));
    expect(browser.heading).toBe('Verify your identity');
    await browser.submit({ code: '123456' });
    expect(codeOf(await redeem(client, browser.returned['code'], { claims }))).toBe('tokens');
    expect(fault.struck).toBe(2);
  });

  it('shows to people what would mean nothing to an app, and nothing to an address nobody registered', async () => {
    await using tenant = await open();
    await using client = openClient(tenant);
    const browser = client.browser();
    const refusal = async (query: Fields, at?: string) => {
      await browser.open(address(query, at));
      return [browser.status, browser.location, browser.refusal];
    };
    expect(await refusal({ redirect_uri: 'http://evil.example' })).toEqual([400, '', 50011]);
    expect(await refusal({ client_id: crypto.randomUUID() })).toEqual([400, '', 700016]);
    expect(await refusal({}, 'fabrikam.test')).toEqual([400, '', 90002]);
    expect(await refusal({}, 'common')).toEqual([400, '', 50194]);
    expect(await refusal({ redirect_uri: 'http://localhost:9999' })).toEqual([200, '', undefined]);
    tenant.faults.set('entra.refuse', { code: 53003, endpoint: 'authorize', mailbox: SALES });
    await signIn(browser);
    expect([browser.status, browser.location, browser.refusal]).toEqual([400, '', 53003]);
    await browser.open('/login');
    expect(browser.status).toBe(404);
  });

  it('forgets a sign-in that takes too long', async () => {
    await using tenant = await open();
    await using client = openClient(tenant);
    const browser = await client.browser().open(address());
    tenant.clock.jump(900_000);
    expect((await browser.submit({ username: SALES })).refusal).toBe(50089);
  });

  it('tells an app on the redirect what was wrong with its request', async () => {
    await using tenant = await open();
    await using client = openClient(tenant);
    const browser = client.browser();
    const told = async (query: Fields) => {
      const { error, error_description: text } = (await browser.open(address(query))).returned;
      return [error, text?.split(':')[0]];
    };
    expect(await told({ response_type: 'token' })).toEqual(['unsupported_response_type', 'AADSTS70005']);
    expect(await told({ response_mode: 'pigeon' })).toEqual(['invalid_request', 'AADSTS70007']);
    expect(await told({ prompt: 'maybe' })).toEqual(['invalid_request', 'AADSTS90023']);
    expect(await told({ scope: 'Mail.Raed' })).toEqual(['invalid_scope', 'AADSTS70011']);
    expect(await told({ scope: 'https://api.fabrikam.test/x' })).toEqual(['invalid_resource', 'AADSTS500011']);
    expect(await told({ code_challenge: 'short' })).toEqual(['invalid_request', 'AADSTS90023']);
    expect(await told({ code_challenge_method: 'S512' })).toEqual(['invalid_request', 'AADSTS90023']);
    tenant.faults.set('entra.refuse', { code: 90006, endpoint: 'authorize' }, { times: 1 });
    expect(await told({})).toEqual(['temporarily_unavailable', 'AADSTS90006']);
  });
});

describe('a token that was signed in for', () => {
  it('opens the mailbox by IMAP, and no longer once it is revoked', async () => {
    await using tenant = await startTenant({ doors: ['entra', 'imap'] });
    await using client = openClient(tenant);
    const browser = await signIn(client.browser());
    const { body } = await redeem(client, browser.returned['code']);
    const auth = { user: SALES, accessToken: String(body['access_token']) };
    const imap = await openImapFlow(tenant, auth);
    expect(await imap.status('INBOX', { messages: true })).toMatchObject({ messages: 0 });
    await imap.logout();
    tenant.faults.set('token.revoked', { mailbox: SALES }, { times: 1 });
    await expect(openImapFlow(tenant, auth)).rejects.toMatchObject({ authenticationFailed: true });
  });
});

describe('an authorization code', () => {
  it('is good once, for ten minutes, for its verifier, redirect, client and authority', async () => {
    await using tenant = await open();
    await using client = openClient(tenant);
    const browser = await signIn(client.browser());
    const next = async (query: Fields = {}) => (await browser.open(address(query))).returned['code'];
    const other = addApp(tenant, { multiTenant: true });
    tenant.directory.updateApp(CLIENT_ID, { multiTenant: true });
    const first = browser.returned['code'];
    expect(codeOf(await redeem(client, first, { code_verifier: 'x'.repeat(43) }))).toBe(501481);
    expect(codeOf(await redeem(client, first, { redirect_uri: 'http://localhost:1234' }))).toBe(50011);
    expect(codeOf(await redeem(client, first, { client_secret: SECRET }))).toBe(700025);
    expect(codeOf(await redeem(client, first, { client_id: other.clientId }))).toBe(70000);
    expect(codeOf(await redeem(client, `${first}x`))).toBe(9002313);
    expect(codeOf(await client.token({ grant_type: 'authorization_code', client_id: CLIENT_ID, redirect_uri: 'http://localhost', code_verifier: VERIFIER, code: first! }, { at: 'common' }))).toBe(700005);
    expect(codeOf(await redeem(client, first))).toBe('tokens');
    expect(codeOf(await redeem(client, first))).toBe(54005);
    const late = await next();
    tenant.clock.jump(600_000);
    expect(codeOf(await redeem(client, late))).toBe(70008);
    const plain = await next({ code_challenge: VERIFIER, code_challenge_method: 'plain' });
    expect(codeOf(await redeem(client, plain))).toBe('tokens');
    const unnamed = await next({ code_challenge: VERIFIER, code_challenge_method: '' });
    expect(codeOf(await redeem(client, unnamed))).toBe('tokens');
  });

  it('needs the credential of a confidential app, and a browser of a single page app', async () => {
    await using tenant = await open();
    await using client = openClient(tenant);
    const web = 'http://localhost:3000/callback';
    const browser = await signIn(client.browser(), { redirect_uri: web });
    const code = browser.returned['code'];
    expect(codeOf(await redeem(client, code, { redirect_uri: web }))).toBe(7000218);
    const { body } = await redeem(client, code, { redirect_uri: web, client_secret: SECRET });
    expect(decodeJwt(String(body['access_token']))['appidacr']).toBe('1');
    const spa = addApp(tenant, { redirectUris: [{ platform: 'spa', uri: 'https://app.contoso.test/' }], scopes: [{ resource: 'exchange', scope: 'IMAP.AccessAsUser.All' }] });
    const query = { client_id: spa.clientId, redirect_uri: 'https://app.contoso.test/' };
    expect((await browser.open(address({ ...query, code_challenge: '' }))).returned['error_description']).toMatch(/^AADSTS9002325/);
    const spaCode = (await browser.open(address(query))).returned['code'];
    expect(codeOf(await redeem(client, spaCode, query))).toBe(9002327);
    const origin = { origin: 'https://app.contoso.test' };
    const tokens = await client.token({ grant_type: 'authorization_code', code: spaCode!, code_verifier: VERIFIER, ...query }, { headers: origin });
    expect(tokens.headers['access-control-allow-origin']).toBe(origin.origin);
    const refresh = { grant_type: 'refresh_token', client_id: spa.clientId, refresh_token: String(tokens.body['refresh_token']) };
    tenant.clock.jump(12 * 3_600_000);
    const renewed = await client.token(refresh, { headers: origin });
    expect(codeOf(renewed)).toBe('tokens');
    tenant.clock.jump(12 * 3_600_000);
    expect(codeOf(await client.token({ ...refresh, refresh_token: String(renewed.body['refresh_token']) }, { headers: origin }))).toBe(700084);
  });

  it('of several resources is redeemed for one at a time, and the refresh token serves them all', async () => {
    await using tenant = await open();
    await using client = openClient(tenant);
    const both = `${IMAP} https://graph.microsoft.com/Mail.Send offline_access`;
    const browser = await signIn(client.browser(), { scope: both });
    expect(codeOf(await redeem(client, browser.returned['code'], { scope: both }))).toBe(700022);
    await browser.open(address({ scope: both }));
    const { body } = await redeem(client, browser.returned['code']);
    expect(body['scope']).toBe(IMAP);
    const { body: graph } = await client.token({ grant_type: 'refresh_token', client_id: CLIENT_ID, refresh_token: String(body['refresh_token']), scope: 'https://graph.microsoft.com/Mail.Send' });
    expect(decodeJwt(String(graph['access_token']))).toMatchObject({ aud: 'https://graph.microsoft.com', scp: 'Mail.Send' });
  });
});
