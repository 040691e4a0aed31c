import { describe, expect, it } from 'vitest';
import { startTenant, type Tenant } from '../src/index.ts';
import { addApp, ASSERTION, CLIENT_ID, createKeyPair, GRAPH_DEFAULT, SALES, SECRET, signAssertion, withSecret } from './entra-apps.ts';
import { type EntraClient, type Fields, type JsonAnswer, openClient } from './entra-client.ts';

interface Ground {
  readonly tenant: Tenant;
  readonly client: EntraClient;
}
type Provoke = (ground: Ground) => Promise<JsonAnswer>;

const DAY = 86_400_000;
const MAIL = 'https://graph.microsoft.com/Mail.Send';
const APP = { grant_type: 'client_credentials', scope: GRAPH_DEFAULT } as const;
const LOOPBACK = 'http://localhost';
const REGIONAL = 'westeurope.login.microsoft.com';

const asApp = ({ client }: Ground, form: Fields = {}, at?: string) => client.token({ ...APP, ...withSecret, ...form }, at === undefined ? {} : { at });
const byPassword = ({ client }: Ground, form: Fields = {}) => client.token({ grant_type: 'password', client_id: CLIENT_ID, scope: MAIL, username: SALES, password: 'sales-password', ...form });

async function codeOf({ client }: Ground, query: Fields = {}): Promise<string> {
  const browser = await client.browser().open(`/contoso.test/oauth2/v2.0/authorize?${new URLSearchParams({ client_id: CLIENT_ID, response_type: 'code', redirect_uri: LOOPBACK, scope: `${MAIL} offline_access`, ...query }).toString()}`);
  await browser.submit({ username: SALES });
  await browser.submit({ password: 'sales-password' });
  return browser.returned['code']!;
}

const redeem = ({ client }: Ground, code: string, form: Fields = {}, at = 'contoso.test', headers: Fields = {}) =>
  client.token({ grant_type: 'authorization_code', client_id: CLIENT_ID, redirect_uri: LOOPBACK, code, ...form }, { at, headers });

/** Renews after something has happened. */
const renewing =
  (happen: (ground: Ground) => unknown, form: Fields = {}): Provoke =>
  async (ground) => {
    const { body } = await redeem(ground, await codeOf(ground));
    await happen(ground);
    return ground.client.token({ grant_type: 'refresh_token', client_id: CLIENT_ID, refresh_token: String(body['refresh_token']), scope: MAIL, ...form });
  };

const withUser =
  (patch: Parameters<Tenant['directory']['updateUser']>[1], ask: Provoke): Provoke =>
  (ground) => {
    ground.tenant.directory.updateUser(SALES, patch);
    return ask(ground);
  };

const withFault =
  (code: number): Provoke =>
  async (ground) => {
    using fault = ground.tenant.faults.set('entra.refuse', { code, app: CLIENT_ID }, { times: 1 });
    const answer = await asApp(ground);
    expect(fault.struck).toBe(1);
    return answer;
  };

const byAssertion: (signer: 'own' | 'foreign', thumbprint: 'own' | 'foreign') => Provoke = (signer, thumbprint) => async (ground) => {
  const keys = { own: await createKeyPair(), foreign: await createKeyPair() };
  ground.tenant.directory.updateApp(CLIENT_ID, { certificates: [{ certificate: keys.own.certificate, expiresAt: new Date(Date.now() + DAY) }] });
  const client_assertion = await signAssertion(ground.tenant, CLIENT_ID, keys[signer], { header: { 'x5t#S256': keys[thumbprint].sha256 } });
  return ground.client.token({ ...APP, client_id: CLIENT_ID, ...ASSERTION, client_assertion });
};

const polling =
  (between: (ground: Ground) => unknown, form: Fields = {}): Provoke =>
  async (ground) => {
    const { body } = await ground.client.post('/contoso.test/oauth2/v2.0/devicecode', { client_id: CLIENT_ID, scope: MAIL });
    between(ground);
    return ground.client.token({ grant_type: 'device_code', client_id: CLIENT_ID, device_code: String(body['device_code']), ...form });
  };

/** What of each code is a state of the tenant or a fault of the request; the others are the fault `entra.refuse`. */
const PROVOKE: Readonly<Record<number, Provoke>> = {
  7000215: (ground) => asApp(ground, { client_secret: 'wrong' }),
  7000222: (ground) => {
    ground.tenant.faults.set('entra.secret-expired', { app: CLIENT_ID }, { times: 1 });
    return asApp(ground);
  },
  7000218: ({ client }) => client.token({ ...APP, client_id: CLIENT_ID }),
  700025: async (ground) => redeem(ground, await codeOf(ground), { client_secret: SECRET }),
  700027: byAssertion('foreign', 'own'),
  50012: byAssertion('foreign', 'foreign'),
  700016: (ground) => asApp(ground, { client_id: crypto.randomUUID() }),
  7000112: (ground) => {
    ground.tenant.directory.updateApp(CLIENT_ID, { enabled: false });
    return asApp(ground);
  },
  90002: (ground) => asApp(ground, {}, 'fabrikam.test'),
  500011: (ground) => asApp(ground, { scope: 'https://api.fabrikam.test/.default' }),
  650057: renewing(({ tenant }) => tenant.directory.updateApp(CLIENT_ID, { scopes: [] }), { scope: GRAPH_DEFAULT }),
  70011: (ground) => asApp(ground, { scope: 'https://foo.microsoft.com/.default' }),
  700022: (ground) => asApp(ground, { scope: `${GRAPH_DEFAULT} https://outlook.office365.com/.default` }),
  65001: renewing(() => {}, { scope: 'User.Read' }),
  90094: renewing(() => {}, { scope: 'Mail.Read' }),
  50076: withUser({ mfa: 'required' }, (ground) => byPassword(ground)),
  50079: withUser({ mfa: 'registration-required' }, (ground) => byPassword(ground)),
  53003: (ground) => {
    ground.tenant.faults.set('entra.refuse', { code: 53003, mailbox: SALES });
    return byPassword(ground);
  },
  700082: renewing(({ tenant }) => tenant.clock.jump(90 * DAY)),
  70008: async (ground) => {
    const code = await codeOf(ground);
    ground.tenant.clock.jump(600_000);
    return redeem(ground, code);
  },
  700084: async (ground) => {
    const app = { redirectUris: [{ platform: 'spa', uri: 'https://app.contoso.test/' }] } as const;
    ground.tenant.directory.updateApp(CLIENT_ID, app);
    const spa = { redirect_uri: app.redirectUris[0].uri };
    const origin = { origin: 'https://app.contoso.test' };
    const verifier = 'v'.repeat(43);
    const { body } = await redeem(ground, await codeOf(ground, { ...spa, code_challenge: verifier }), { ...spa, code_verifier: verifier }, 'contoso.test', origin);
    ground.tenant.clock.jump(DAY);
    return ground.client.token({ grant_type: 'refresh_token', client_id: CLIENT_ID, refresh_token: String(body['refresh_token']) }, { headers: origin });
  },
  50173: renewing(({ tenant }) => tenant.directory.updateUser(SALES, { sessionsRevokedAt: tenant.clock.now() })),
  70043: renewing(({ tenant }) => tenant.directory.updateTenant({ signInFrequency: 0 })),
  50126: (ground) => byPassword(ground, { password: 'wrong' }),
  50034: (ground) => byPassword(ground, { username: 'nobody@contoso.test' }),
  50057: withUser({ enabled: false }, (ground) => byPassword(ground)),
  50055: withUser({ passwordExpired: true }, (ground) => byPassword(ground)),
  50053: withUser({ lockedOut: true }, (ground) => byPassword(ground)),
  50011: async (ground) => redeem(ground, await codeOf(ground), { redirect_uri: 'http://localhost/other' }),
  700005: async (ground) => {
    ground.tenant.directory.updateApp(CLIENT_ID, { multiTenant: true });
    return redeem(ground, await codeOf(ground), {}, 'common');
  },
  54005: async (ground) => {
    const code = await codeOf(ground);
    await redeem(ground, code);
    return redeem(ground, code);
  },
  501481: async (ground) => redeem(ground, await codeOf(ground, { code_challenge: 'x'.repeat(43) }), { code_verifier: 'y'.repeat(43) }),
  70016: polling(() => {}),
  70018: polling(() => {}, { device_code: 'another' }),
  70019: polling(({ tenant }) => tenant.clock.jump(900_000)),
  90055: (ground) => {
    ground.tenant.faults.set('entra.throttled', {}, { times: 1 });
    return asApp(ground);
  },
  100007: (ground) => ground.client.token({ ...APP, ...withSecret }, { headers: { host: REGIONAL } }),
};

/** FACTS.md A10, row by row: the codes, what `error` may say, the status. */
const ROWS: readonly (readonly [codes: readonly number[], errors: readonly string[], statuses: readonly number[]])[] = [
  [[7000215], ['invalid_client'], [401]],
  [[7000222], ['invalid_client'], [401]],
  [[7000218], ['invalid_client'], [401]],
  [[700025], ['invalid_client'], [401]],
  [[700027, 50012], ['invalid_client'], [401]],
  [[700016, 700011, 70001], ['unauthorized_client'], [400]],
  [[7000112], ['unauthorized_client'], [400]],
  [[90002], ['invalid_request'], [400]],
  [[90038, 900382, 900432], ['invalid_request'], [400]],
  [[500011, 50001, 650057], ['invalid_resource'], [400]],
  [[70011, 700022, 28002], ['invalid_scope'], [400]],
  [[65001, 90094, 65004], ['invalid_grant', 'consent_required', 'access_denied'], [400]],
  [[50076, 50079, 50072, 50074, 50078, 50158], ['interaction_required', 'invalid_grant'], [400]],
  [[53000, 53001, 53003, 530032, 530035, 50131, 50005], ['invalid_grant', 'interaction_required'], [400]],
  [[700082, 70008, 700084], ['invalid_grant'], [400]],
  [[50173, 50132, 50133, 50089], ['invalid_grant'], [400]],
  [[70043], ['invalid_grant'], [400]],
  [[50126, 50034, 50057, 50055, 50053], ['invalid_grant'], [400]],
  [[50011, 700005, 54005, 501481], ['invalid_grant', 'invalid_request'], [400]],
  [[70016, 70018, 70019], ['authorization_pending', 'bad_verification_code', 'expired_token'], [400]],
  [[50196], ['invalid_grant'], [400]],
  [[90055, 90006, 90024, 90033, 50033, 50087, 90012, 90090], ['temporarily_unavailable', 'server_error'], [429, 500, 503]],
  [[100007], ['invalid_request'], [400]],
];

describe('each code of FACTS.md A10', () => {
  it.each(ROWS.flatMap(([codes, errors, statuses]) => codes.map((code) => ({ code, errors, statuses }))))('AADSTS$code can be provoked', async ({ code, errors, statuses }) => {
    await using tenant = await startTenant({ doors: ['entra'], serverNames: [REGIONAL] });
    await using client = openClient(tenant);
    const { status, body } = await (PROVOKE[code] ?? withFault(code))({ tenant, client });
    expect(body['error_codes']).toEqual([code]);
    expect(errors).toContain(body['error']);
    expect(statuses).toContain(status);
    const [text, ...rest] = String(body['error_description']).split('\r\n');
    expect(text).toMatch(new RegExp(`^AADSTS${code}: \\S`));
    expect(text).not.toMatch(/\{\w+\}/);
    expect(rest.map((line) => line.split(':')[0])).toEqual(['Trace ID', 'Correlation ID', 'Timestamp']);
  });

  it('brings the suberror that decides what MSAL does with it (FACTS.md B5)', async () => {
    await using tenant = await startTenant({ doors: ['entra'] });
    await using client = openClient(tenant);
    const told = async (code: number) => (await withFault(code)({ tenant, client })).body['suberror'];
    const expected = { 53003: 'message_only', 50076: 'basic_action', 65001: 'consent_required', 50173: 'bad_token', 50055: 'user_password_expired', 50158: 'additional_action', 50126: undefined };
    for (const [code, suberror] of Object.entries(expected)) expect([code, await told(Number(code))]).toEqual([code, suberror]);
  });

  it('of a multi-tenant kind has an endpoint to show it (FACTS.md A1)', async () => {
    await using tenant = await startTenant({ doors: ['entra'] });
    await using client = openClient(tenant);
    const app = addApp(tenant, { multiTenant: true, publicClient: true });
    const ask = async (at: string, form: Fields) => (await client.token(form, { at })).body['error_codes'];
    expect(await ask('common', { ...APP, ...withSecret })).toEqual([9001023]);
    expect(await ask('common', { grant_type: 'device_code', client_id: CLIENT_ID, device_code: 'x' })).toEqual([50194]);
    expect(await ask('consumers', { grant_type: 'device_code', client_id: app.clientId, device_code: 'x' })).toEqual([90130]);
    expect(await ask('organizations', { grant_type: 'device_code', client_id: app.clientId, device_code: 'x' })).toEqual([70018]);
  });
});
