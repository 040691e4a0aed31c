import type { AuthenticationResult, Configuration } from '@azure/msal-node';
import { decodeJwt, exportSPKI, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTenant, type Tenant } from '../src/index.ts';
import { addApp, CLIENT_ID, createKeyPair, GRAPH_DEFAULT, SALES, SECRET } from './entra-apps.ts';
import { type EntraClient, openClient } from './entra-client.ts';
import { type Msal, MsalFailure, startMsal } from './msal-client.ts';
import type { Question } from './msal-process.ts';

const IMAP = 'https://outlook.office.com/IMAP.AccessAsUser.All';
const SMTP = 'https://outlook.office.com/SMTP.Send';
const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

// One process for all of them: Node takes longer to start than MSAL to be asked.
let tenant: Tenant;
let client: EntraClient;
let msal: Msal;
beforeAll(async () => {
  tenant = await startTenant({ doors: ['entra'] });
  client = openClient(tenant);
  msal = await startMsal(tenant);
});
afterAll(async () => {
  await msal[Symbol.asyncDispose]();
  await client[Symbol.asyncDispose]();
  await tenant[Symbol.asyncDispose]();
});

/** An application of its own for each test: MSAL keeps tokens, and remembers who throttled it. */
function appOf(kind: 'confidential' | 'public', auth: Partial<Configuration['auth']> = {}, more: Partial<Question['app']> = {}): Question['app'] {
  const { authority } = tenant.doors.entra!;
  return { name: crypto.randomUUID(), kind, configuration: { auth: { clientId: CLIENT_ID, authority, knownAuthorities: [new URL(authority).host], ...(kind === 'confidential' && !auth.clientCertificate && more.assertion === undefined && { clientSecret: SECRET }), ...auth } }, ...more };
}

const failureOf = async (call: Promise<unknown>) => {
  const error = await call.then(() => undefined, (reason: unknown) => reason);
  expect(error).toBeInstanceOf(MsalFailure);
  return (error as MsalFailure).told;
};

async function signIn(url: string): Promise<string> {
  const browser = await client.browser().open(url);
  await browser.submit({ username: SALES });
  await browser.submit({ password: 'sales-password' });
  return browser.returned['code']!;
}

async function signedIn(app: Question['app'], scopes: readonly string[]): Promise<AuthenticationResult> {
  const redirectUri = app.kind === 'public' ? 'http://localhost' : 'http://localhost:3000/callback';
  const url = await msal.call<string>(app, 'getAuthCodeUrl', { scopes, redirectUri, codeChallenge: CHALLENGE, codeChallengeMethod: 'S256', state: 'st' });
  return msal.call(app, 'acquireTokenByCode', { code: await signIn(url), scopes, redirectUri, codeVerifier: VERIFIER });
}

describe('MSAL Node, as it comes', () => {
  it('gets an app its token by secret, and then from its cache', async () => {
    const app = appOf('confidential');
    const first = await msal.call(app, 'acquireTokenByClientCredential', { scopes: [GRAPH_DEFAULT] });
    expect(first).toMatchObject({ tokenType: 'Bearer', fromCache: false });
    expect(decodeJwt(first.accessToken)).toMatchObject({ appid: CLIENT_ID, roles: ['Mail.ReadWrite', 'Mail.Send'] });
    const second = await msal.call(app, 'acquireTokenByClientCredential', { scopes: [GRAPH_DEFAULT] });
    expect([second.fromCache, second.accessToken]).toEqual([true, first.accessToken]);
  });

  it.each(['thumbprintSha256', 'thumbprint'] as const)('gets an app its token by certificate (%s)', async (name) => {
    const key = await createKeyPair();
    const { clientId } = addApp(tenant, { certificates: [{ certificate: key.certificate, expiresAt: new Date(Date.now() + 86_400_000) }] });
    const hex = Buffer.from(name === 'thumbprint' ? key.sha1 : key.sha256, 'base64url').toString('hex');
    const app = appOf('confidential', { clientId, clientCertificate: { [name]: hex, privateKey: key.privateKey, x5c: key.certificate } });
    const { accessToken } = await msal.call(app, 'acquireTokenByClientCredential', { scopes: ['https://outlook.office365.com/.default'] });
    expect(decodeJwt(accessToken)).toMatchObject({ appid: clientId, appidacr: '2', aud: 'https://outlook.office365.com' });
  });

  it('gets an app its token by the assertion of another identity provider', async () => {
    const { publicKey, privateKey } = await generateKeyPair('RS256');
    const trusted = { issuer: 'https://idp.example', subject: 'workload', audience: 'api://AzureADTokenExchange' };
    const { clientId } = addApp(tenant, { federated: [{ ...trusted, publicKey: await exportSPKI(publicKey) }] });
    const assertion = await new SignJWT({}).setProtectedHeader({ alg: 'RS256' }).setIssuer(trusted.issuer).setSubject(trusted.subject).setAudience(trusted.audience).setExpirationTime('5m').sign(privateKey);
    const { accessToken } = await msal.call(appOf('confidential', { clientId }, { assertion }), 'acquireTokenByClientCredential', { scopes: [GRAPH_DEFAULT] });
    expect(decodeJwt(accessToken)['appid']).toBe(clientId);
  });

  it.each(['public', 'confidential'] as const)('signs a user in with PKCE and renews in silence (%s client)', async (kind) => {
    const app = appOf(kind);
    const result = await signedIn(app, [IMAP, SMTP]);
    expect(result.account).toMatchObject({ username: SALES, tenantId: tenant.directory.tenant.id, localAccountId: tenant.directory.user(SALES)!.id });
    expect(result.scopes).toEqual(expect.arrayContaining([IMAP, SMTP]));
    expect(decodeJwt(result.accessToken)).toMatchObject({ scp: 'IMAP.AccessAsUser.All SMTP.Send', appidacr: kind === 'public' ? '0' : '1' });
    const cached = await msal.call(app, 'acquireTokenSilent', { scopes: [IMAP] });
    expect(cached.fromCache).toBe(true);
    const renewed = await msal.call(app, 'acquireTokenSilent', { scopes: [IMAP, SMTP], forceRefresh: true });
    expect([renewed.fromCache, renewed.accessToken === result.accessToken]).toEqual([false, false]);
    const graph = await msal.call(app, 'acquireTokenSilent', { scopes: ['https://graph.microsoft.com/Mail.Send'] });
    expect(decodeJwt(graph.accessToken)['aud']).toBe('https://graph.microsoft.com');
  });

  it('signs a user in at /organizations and at /common', async () => {
    const { clientId } = addApp(tenant, { multiTenant: true, redirectUris: [{ platform: 'native', uri: 'http://localhost' }], scopes: [{ resource: 'exchange', scope: 'IMAP.AccessAsUser.All' }] });
    for (const name of ['organizations', 'common']) {
      const app = appOf('public', { clientId, authority: `${client.base}/${name}` });
      expect((await signedIn(app, [IMAP])).account).toMatchObject({ username: SALES, tenantId: tenant.directory.tenant.id });
    }
  });

  it('signs a user in by device code', async () => {
    const app = appOf('public');
    const entered = Promise.withResolvers<void>();
    const result = msal.call(app, 'acquireTokenByDeviceCode', { scopes: [IMAP], timeout: 60 }, ({ userCode, verificationUri }) => {
      const enter = async (): Promise<void> => {
        const browser = await client.browser().open(verificationUri);
        await browser.submit({ user_code: userCode });
        await browser.submit({ action: 'next', step: 'confirm' });
        await browser.submit({ username: SALES });
        await browser.submit({ password: 'sales-password' });
        expect(browser.heading).toBe('You have signed in');
      };
      enter().then(entered.resolve, entered.reject);
    });
    await entered.promise;
    expect((await result).account).toMatchObject({ username: SALES });
  });

  it('exchanges a token on behalf of its user, and renews it in silence', async () => {
    tenant.directory.updateApp(CLIENT_ID, { exposes: ['access_as_user'] });
    const { clientId } = addApp(tenant, { redirectUris: [{ platform: 'native', uri: 'http://localhost' }] });
    const { accessToken } = await signedIn(appOf('public', { clientId }), [`api://${CLIENT_ID}/access_as_user`]);
    const app = appOf('confidential');
    const result = await msal.call(app, 'acquireTokenOnBehalfOf', { oboAssertion: accessToken, scopes: ['https://graph.microsoft.com/Mail.Send'] });
    expect(decodeJwt(result.accessToken)).toMatchObject({ upn: SALES, scp: expect.stringContaining('Mail.Send') as string });
    expect(result.account).toMatchObject({ username: SALES });
  });

  it('takes a refresh token that was stored elsewhere', async () => {
    const browser = await client.browser().open(`/contoso.test/oauth2/v2.0/authorize?${new URLSearchParams({ client_id: CLIENT_ID, response_type: 'code', redirect_uri: 'http://localhost', scope: `${IMAP} offline_access` }).toString()}`);
    await browser.submit({ username: SALES });
    await browser.submit({ password: 'sales-password' });
    const { body } = await client.token({ grant_type: 'authorization_code', client_id: CLIENT_ID, redirect_uri: 'http://localhost', code: browser.returned['code']! });
    const result = await msal.call(appOf('public'), 'acquireTokenByRefreshToken', { refreshToken: body['refresh_token'], scopes: [IMAP] });
    expect(result.account).toMatchObject({ username: SALES });
  });

  it('declares what it can, and sends claims on', async () => {
    const app = appOf('confidential', { clientCapabilities: ['cp1'] });
    const claims = JSON.stringify({ access_token: { nbf: { essential: true, value: '1700000000' } } });
    const { accessToken } = await msal.call(app, 'acquireTokenByClientCredential', { scopes: [GRAPH_DEFAULT], claims });
    expect(decodeJwt(accessToken)['xms_cc']).toEqual(['cp1']);
  });

  it('understands each refusal as it does the real ones (FACTS.md B5)', async () => {
    const wrong = await failureOf(msal.call(appOf('confidential', { clientSecret: 'wrong' }), 'acquireTokenByClientCredential', { scopes: [GRAPH_DEFAULT] }));
    expect(wrong).toMatchObject({ kind: 'server', errorCode: 'invalid_client', errorNo: 7000215 });
    const stranger = await failureOf(msal.call(appOf('confidential', { authority: `${client.base}/fabrikam.test` }), 'acquireTokenByClientCredential', { scopes: [GRAPH_DEFAULT] }));
    expect(stranger).toMatchObject({ errorCode: 'endpoints_resolution_error' });

    const app = appOf('public');
    await signedIn(app, [IMAP]);
    const silent = (scope = IMAP) => failureOf(msal.call(app, 'acquireTokenSilent', { scopes: [scope], forceRefresh: true }));
    expect(await silent('User.Read')).toMatchObject({ kind: 'interaction-required', errorCode: 'invalid_grant', subError: 'consent_required', errorNo: 65001 });
    const fault = tenant.faults.set('entra.mfa-required', { mailbox: SALES });
    const challenged = await silent();
    expect(challenged).toMatchObject({ kind: 'interaction-required', errorCode: 'interaction_required', subError: 'basic_action' });
    expect(challenged.claims).toContain('polids');
    fault[Symbol.dispose]();
    tenant.directory.updateUser(SALES, { sessionsRevokedAt: tenant.clock.now() });
    expect(await silent()).toMatchObject({ kind: 'interaction-required', subError: 'bad_token', errorNo: 50173 });
    expect(await silent()).toMatchObject({ kind: 'interaction-required', errorCode: 'no_tokens_found' });
  });

  it('keeps away by itself for as long as it was told to (FACTS.md B5)', async () => {
    const app = appOf('confidential');
    const fault = tenant.faults.set('entra.throttled', { retryAfter: 30 });
    const ask = () => failureOf(msal.call(app, 'acquireTokenByClientCredential', { scopes: [GRAPH_DEFAULT] }));
    expect(await ask()).toMatchObject({ errorCode: 'temporarily_unavailable', errorNo: 90055 });
    await ask();
    expect(fault.struck).toBe(1);
    fault[Symbol.dispose]();
  });
});
