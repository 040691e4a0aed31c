import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type NewApp, startTenant, type Tenant } from '../src/index.ts';
import { createKeyPair, SALES, signAssertion } from './entra-apps.ts';
import { type EntraClient, type Fields, openClient } from './entra-client.ts';

// The examples of FACTS.md A, each with its source in the file, sent as requests. Placeholders that only the service can
// fill (codes, tokens, assertions) are filled from the tenant; what the composed examples leave out is added here.

interface Vector {
  readonly id: string;
  readonly request: { readonly path: string; readonly form: Fields };
  readonly response: { readonly status: number; readonly headers: Fields; readonly body: Readonly<Record<string, unknown>> };
}

interface Ground {
  readonly tenant: Tenant;
  readonly client: EntraClient;
  /** The client id of the example, or one of ours where it has a placeholder. */
  readonly clientId: string;
  readonly form: Fields;
}

const FOLDER = join(import.meta.dirname, 'vectors/oauth');
const VECTORS = readdirSync(FOLDER).map((file) => JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Vector);
/** What the service is known to add to what its pages show. */
const UNDOCUMENTED = ['ext_expires_in', 'error_uri', 'suberror'];
const GRAPH = 'https://graph.microsoft.com/mail.read';
const PLAIN = 'ThisIsntRandomButItNeedsToBe43CharactersLong';

const app = (clientId: string, form: Fields): NewApp => ({
  clientId,
  publicClient: form['client_secret'] === undefined,
  secrets: [{ id: 'one', value: form['client_secret'] ?? 'sample', expiresAt: new Date(Date.now() + 86_400_000) }],
  redirectUris: [
    { platform: 'web', uri: 'http://localhost/myapp/' },
    { platform: 'native', uri: 'http://localhost' },
  ],
  scopes: [
    ...['Mail.Read', 'User.Read'].map((scope) => ({ resource: 'graph' as const, scope })),
    ...['IMAP.AccessAsUser.All', 'SMTP.Send'].map((scope) => ({ resource: 'exchange' as const, scope })),
  ],
});

async function signIn({ client, clientId }: Ground, path: string): Promise<ReturnType<EntraClient['browser']>> {
  const browser = await client.browser().open(path.replace('{client}', clientId));
  await browser.submit({ username: SALES });
  return browser.submit({ password: 'sales-password' });
}

async function codeFor(ground: Ground, query: Fields): Promise<string> {
  const browser = await signIn(ground, `/contoso.test/oauth2/v2.0/authorize?${new URLSearchParams({ client_id: ground.clientId, response_type: 'code', ...query }).toString()}`);
  return browser.returned['code']!;
}

/** A refresh token of the native redirect, or of the web one for examples that show a secret. */
async function refreshTokenFor(ground: Ground, secret?: string): Promise<string> {
  const redirect = secret === undefined ? 'http://localhost' : 'http://localhost/myapp/';
  const code = await codeFor(ground, { redirect_uri: redirect, scope: `${GRAPH} openid offline_access` });
  const { body } = await ground.client.token({ grant_type: 'authorization_code', client_id: ground.clientId, redirect_uri: redirect, code, ...(secret !== undefined && { client_secret: secret }) });
  return String(body['refresh_token']);
}

async function startDevice({ client, clientId }: Ground): Promise<Fields> {
  return (await client.post('/contoso.test/oauth2/v2.0/devicecode', { client_id: clientId, scope: 'user.read openid profile email offline_access' })).body as Fields;
}

async function enter(ground: Ground, started: Fields, action: 'next' | 'cancel'): Promise<void> {
  const browser = await ground.client.browser().open('/devicelogin');
  await browser.submit({ user_code: started['user_code']! });
  await browser.submit({ action, step: 'confirm' });
  if (action === 'cancel') return;
  await browser.submit({ username: SALES });
  await browser.submit({ password: 'sales-password' });
}

const assertionFor = async ({ tenant, clientId }: Ground): Promise<string> =>
  (await tenant.tokens.issue({ app: tenant.directory.app(clientId)!, user: tenant.directory.user(SALES)!, resource: 'graph', claims: { aud: clientId } })).token;

const refresh = async (ground: Ground): Promise<Fields> => ({ ...ground.form, client_id: ground.clientId, refresh_token: await refreshTokenFor(ground), scope: GRAPH });
const asApp = ({ form, clientId }: Ground): Fields => ({ ...form, client_id: clientId, client_secret: 'sample', scope: 'https://graph.microsoft.com/.default' });
const polling = async (ground: Ground, then: (started: Fields) => unknown = () => {}): Promise<Fields> => {
  const started = await startDevice(ground);
  await then(started);
  return { ...ground.form, device_code: started['device_code']! };
};

/** What has to be so that the example's request gets the example's answer; the answer is the form to send. */
const PREPARE: Readonly<Record<string, (ground: Ground) => Fields | Promise<Fields>>> = {
  '02': async (ground) => {
    const key = await createKeyPair();
    ground.tenant.directory.updateApp(ground.clientId, { certificates: [{ certificate: key.certificate, expiresAt: new Date(Date.now() + 86_400_000) }] });
    return { ...ground.form, client_assertion: await signAssertion(ground.tenant, ground.clientId, key) };
  },
  '04': async (ground) => ({ ...ground.form, code: await codeFor(ground, { redirect_uri: 'http://localhost/myapp/', scope: `${GRAPH} openid offline_access`, code_challenge: PLAIN }) }),
  '05': async (ground) => ({ ...ground.form, client_id: ground.clientId, code: await codeFor(ground, { redirect_uri: 'http://localhost', scope: ground.form['scope']!, code_challenge: PLAIN }), code_verifier: PLAIN }),
  '06': async (ground) => ({ ...ground.form, refresh_token: await refreshTokenFor(ground, ground.form['client_secret']) }),
  '08': (ground) => polling(ground),
  '09': (ground) => polling(ground, (started) => enter(ground, started, 'cancel')),
  '10': (ground) => polling(ground, () => ground.tenant.clock.jump(900_000)),
  '12': (ground) => polling(ground, (started) => enter(ground, started, 'next')),
  '13': async (ground) => ({ ...ground.form, assertion: await assertionFor(ground) }),
  '14': async (ground) => {
    ground.tenant.directory.updateUser(SALES, { mfa: 'registration-required' });
    ground.tenant.faults.set('entra.mfa-required');
    return { ...asApp(ground), scope: GRAPH, assertion: await assertionFor(ground) };
  },
  '15': (ground) => ({ ...asApp(ground), client_secret: 'another' }),
  '16': (ground) => {
    ground.tenant.directory.updateApp(ground.clientId, { secrets: [{ id: 'old', value: 'sample', expiresAt: new Date(0) }] });
    return asApp(ground);
  },
  '17': (ground) => ({ ...asApp(ground), client_id: crypto.randomUUID() }),
  '18': asApp,
  '19': (ground) => {
    const { client_secret: _, ...form } = asApp(ground);
    return form;
  },
  '20': (ground) => ({ ...asApp(ground), scope: 'api://nobody-installed-this/.default' }),
  '21': async (ground) => {
    const form = await refresh(ground);
    ground.tenant.directory.updateApp(ground.clientId, { scopes: [] });
    return { ...form, scope: 'user.read' };
  },
  '22': async (ground) => {
    const form = await refresh(ground);
    ground.tenant.directory.updateUser(SALES, { mfa: 'required' });
    return form;
  },
  '23': async (ground) => {
    const form = await refresh(ground);
    ground.tenant.clock.jump(90 * 86_400_000);
    return form;
  },
  '24': async (ground) => {
    const form = await refresh(ground);
    ground.tenant.directory.updateUser(SALES, { sessionsRevokedAt: ground.tenant.clock.now() });
    return form;
  },
  '25': async (ground) => {
    const form = await refresh(ground);
    ground.tenant.faults.set('entra.refuse', { code: 53003, mailbox: SALES });
    return form;
  },
};

const shapeOf = (body: Readonly<Record<string, unknown>>, names: readonly string[]) => Object.fromEntries(names.map((name) => [name, Array.isArray(body[name]) ? 'array' : typeof body[name]]));

describe('the examples of the token endpoint', () => {
  it('are all here', () => expect(VECTORS).toHaveLength(25));

  it.each(VECTORS)('$id is answered as documented', async ({ id, request, response }) => {
    await using tenant = await startTenant({ doors: ['entra'] });
    await using client = openClient(tenant);
    const named = request.form['client_id'];
    const clientId = named === undefined || named.startsWith('{') ? '97e0a5b7-d745-40b6-94fe-5f77d35c6e06' : named;
    tenant.directory.addApp(app(clientId, request.form));
    const ground: Ground = { tenant, client, clientId, form: request.form };
    const form = await (PREPARE[id.slice(0, 2)]?.(ground) ?? request.form);
    const { status, headers, body } = await client.post(request.path.replace('{tenant}', id.startsWith('18') ? 'fabrikam.test' : 'contoso.test'), form);

    expect([status, headers['content-type']]).toEqual([response.status, response.headers['Content-Type']]);
    const documented = Object.keys(response.body);
    expect(shapeOf(body, documented)).toEqual(shapeOf(response.body, documented));
    expect(Object.keys(body).filter((name) => !documented.includes(name) && !UNDOCUMENTED.includes(name))).toEqual([]);
    const fixed = ['error', 'error_codes', 'suberror', 'token_type'].filter((name) => documented.includes(name));
    expect(fixed.map((name) => body[name])).toEqual(fixed.map((name) => response.body[name]));
  });
});
