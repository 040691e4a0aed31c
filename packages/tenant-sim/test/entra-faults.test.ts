import { describe, expect, it } from 'vitest';
import { type FaultInput, startTenant, type Tenant } from '../src/index.ts';
import { CLIENT_ID, GRAPH_DEFAULT, withSecret } from './entra-apps.ts';
import { openClient } from './entra-client.ts';

const open = (): Promise<Tenant> => startTenant({ doors: ['entra'] });
const REQUEST = { grant_type: 'client_credentials', scope: GRAPH_DEFAULT, ...withSecret } as const;

describe('faults of the door', () => {
  it('refuse a request before or after it was carried out, with the wait in every form', async () => {
    await using tenant = await open();
    await using client = openClient(tenant);
    const refused = async (options: Partial<FaultInput<'http.refuse'>>) => {
      using fault = tenant.faults.set('http.refuse', { door: 'entra', ...options });
      const { status, headers, body } = await client.token(REQUEST);
      expect(fault.struck).toBe(1);
      return [status, body['error'], (body['error_codes'] as number[])[0], headers['retry-after']];
    };
    expect(await refused({ status: 429 })).toEqual([429, 'temporarily_unavailable', 90055, '10']);
    expect(await refused({ status: 429, retryAfter: 'fractional' })).toEqual([429, 'temporarily_unavailable', 90055, '10.128']);
    expect(await refused({ status: 503, retryAfter: 'absent' })).toEqual([503, 'temporarily_unavailable', 90033, undefined]);
    expect(await refused({ status: 500, retryAfter: 3, when: 'after' })).toEqual([500, 'server_error', 50033, '3']);
    expect(await refused({ status: 504, code: 'AADSTS90012', retryAfter: 'absent' })).toEqual([504, 'temporarily_unavailable', 90012, undefined]);
    const [, , , date] = await refused({ status: 429, retryAfter: 'date' });
    expect(Math.round((Date.parse(String(date)) - tenant.clock.now().getTime()) / 1_000)).toBeGreaterThan(7);
    expect((await client.token(REQUEST)).status).toBe(200);
  });

  it('after acceptance leave a code redeemed', async () => {
    await using tenant = await open();
    await using client = openClient(tenant);
    const browser = await client.browser().open(`/contoso.test/oauth2/v2.0/authorize?client_id=${CLIENT_ID}&response_type=code&redirect_uri=http://localhost&scope=Mail.Send`);
    await browser.submit({ username: 'sales@contoso.test' });
    await browser.submit({ password: 'sales-password' });
    const form = { grant_type: 'authorization_code', client_id: CLIENT_ID, redirect_uri: 'http://localhost', code: browser.returned['code']! };
    tenant.faults.set('http.drop-response', { door: 'entra' }, { times: 1 });
    await expect(client.token(form)).rejects.toThrow('other side closed');
    expect((await client.token(form)).body['error_codes']).toEqual([54005]);
  });

  it('refuse pages as well', async () => {
    await using tenant = await open();
    await using client = openClient(tenant);
    tenant.faults.set('http.refuse', { door: 'entra', when: 'after' }, { times: 1 });
    tenant.faults.set('http.refuse', { door: 'entra', when: 'before', status: 500 }, { times: 1 });
    const browser = client.browser();
    const seen = async () => [(await browser.open('/devicelogin')).status, browser.refusal];
    expect([await seen(), await seen(), await seen()]).toEqual([[500, 50033], [503, 90033], [200, undefined]]);
  });

  it('drop a request unheard', async () => {
    await using tenant = await open();
    await using client = openClient(tenant);
    const fault = tenant.faults.set('http.drop-response', { door: 'entra', when: 'before' }, { times: 1 });
    await expect(client.token(REQUEST)).rejects.toThrow('other side closed');
    expect(fault.struck).toBe(1);
    expect((await client.token(REQUEST)).status).toBe(200);
  });

  it("make it slow by the tenant's clock", async () => {
    await using tenant = await open();
    await using client = openClient(tenant);
    const fault = tenant.faults.set('http.slow', { door: 'entra', ms: 3_600_000 }, { times: 1 });
    let arrived = false;
    const answer = client.token(REQUEST).then((given) => {
      arrived = true;
      return given;
    });
    while (fault.struck === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(arrived).toBe(false);
    tenant.clock.jump(3_600_000);
    expect((await answer).status).toBe(200);
  });

  it('do not keep the door from closing', async () => {
    const tenant = await open();
    const client = openClient(tenant);
    const fault = tenant.faults.set('http.slow', { door: 'entra', ms: 3_600_000 });
    const answer = client.token(REQUEST).then(() => 'answered', () => 'cut');
    while (fault.struck === 0) await new Promise((resolve) => setImmediate(resolve));
    await tenant[Symbol.asyncDispose]();
    expect(await answer).toBe('cut');
    await client[Symbol.asyncDispose]();
  });

  it('strike only where they are meant to', async () => {
    await using tenant = await open();
    await using client = openClient(tenant);
    const { clientId } = tenant.directory.addApp({});
    tenant.faults.set('http.refuse', { door: 'entra', app: clientId });
    tenant.faults.set('http.refuse', { door: 'entra', path: 'openid-configuration$' });
    tenant.faults.set('http.refuse', { door: 'entra', method: 'PUT' });
    tenant.faults.set('http.refuse', { door: 'graph' });
    tenant.faults.set('entra.secret-expired', { app: clientId });
    tenant.faults.set('entra.throttled', { app: clientId });
    expect((await client.token(REQUEST)).status).toBe(200);
    expect((await client.get('/common/v2.0/.well-known/openid-configuration')).status).toBe(503);
    expect(tenant.faults.list().map(({ struck }) => struck)).toEqual([0, 1, 0, 0, 0, 0]);
  });

  it('throttle the token endpoint alone', async () => {
    await using tenant = await open();
    await using client = openClient(tenant);
    tenant.faults.set('entra.throttled', { retryAfter: 7 });
    const { status, headers, body } = await client.token(REQUEST);
    expect([status, headers['retry-after'], body['error_codes']]).toEqual([429, '7', [90055]]);
    expect((await client.get('/common/v2.0/.well-known/openid-configuration')).status).toBe(200);
  });

  it('refuse with any code of the table, and no other', async () => {
    await using tenant = await open();
    await using client = openClient(tenant);
    expect(() => tenant.faults.set('entra.refuse', { code: 12 })).toThrow('AADSTS');
    tenant.faults.set('entra.refuse', { code: 90024, retryAfter: 5 }, { times: 1 });
    tenant.faults.set('entra.refuse', { code: 530035, endpoint: 'devicecode' }, { times: 1 });
    const refused = await client.token(REQUEST);
    expect([refused.status, refused.headers['retry-after']]).toEqual([503, '5']);
    expect((await client.post('/contoso.test/oauth2/v2.0/devicecode', { client_id: CLIENT_ID, scope: 'Mail.Send' })).body['error_codes']).toEqual([530035]);
  });
});
