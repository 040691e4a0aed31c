import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type GraphWorld, openGraph, SALES } from './graph-world.ts';

let world: GraphWorld;
beforeEach(async () => {
  world = await openGraph();
});
afterEach(() => world[Symbol.asyncDispose]());

const inbox = `/users/${SALES}/mailFolders/inbox/messages`;
const struck = (): number[] => world.tenant.faults.list().map((fault) => fault.struck);

describe('a fault of HTTP', () => {
  it.each([
    ['integer', /^\d+$/],
    ['fractional', /^\d+\.\d+$/],
    ['date', /GMT$/],
    [7, /^7$/],
  ] as const)('refuses with a Retry-After that is %s', async (retryAfter, expected) => {
    world.fault('http.refuse', { status: 429, retryAfter }, 1);
    const refused = await world.get(inbox);
    expect([refused.status, refused.json['error'].code]).toEqual([429, 'TooManyRequests']);
    expect(refused.headers['retry-after']).toMatch(expected);
    expect((await world.get(inbox)).status).toBe(200);
    expect(struck()).toEqual([1]);
  });

  it('refuses without a Retry-After when told to', async () => {
    world.fault('http.refuse', { status: 503, retryAfter: 'absent', code: 'UnknownError' }, 1);
    const refused = await world.get(inbox);
    expect([refused.status, refused.json['error'].code, refused.headers['retry-after']]).toEqual([503, 'UnknownError', undefined]);
  });

  it('strikes only where its method, path, mailbox and app say', async () => {
    world.fault('http.refuse', { status: 504, path: 'delta', mailbox: SALES });
    world.fault('http.refuse', { status: 500, app: 'another' });
    expect((await world.get(inbox)).status).toBe(200);
    expect((await world.get(`${inbox}/delta`)).status).toBe(504);
    expect((await world.get('/users/support@contoso.test/mailFolders/inbox/messages/delta')).status).toBe(200);
    expect(struck()).toEqual([1, 0]);
  });

  it('cuts the connection without an answer', async () => {
    world.fault('http.drop-response', { when: 'before' }, 1);
    await expect(world.get(inbox)).rejects.toThrow(/other side closed|socket|reset/i);
    expect((await world.get(inbox)).status).toBe(200);
  });

  it("is slow by the tenant's clock", async () => {
    world.fault('http.slow', { ms: 3_600_000 }, 1);
    const pending = world.get(inbox);
    while (struck()[0] === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    world.tenant.clock.jump(3_600_000);
    expect((await pending).status).toBe(200);
  });
});

describe('a mail that is accepted with a wish to come again', () => {
  it.each([
    [true, 1],
    [false, 0],
  ])('was taken or not: %s', async (taken, count) => {
    world.fault('graph.accepted-later', { taken, retryAfter: 7 }, 1);
    const message = { subject: 'later', toRecipients: [{ emailAddress: { address: 'ada@example.org' } }] };
    const { status, headers } = await world.post(`/users/${SALES}/sendMail`, { message });
    expect([status, headers['retry-after'], world.tenant.mailFlow.submitted.length]).toEqual([202, '7', count]);
    expect((await world.post(`/users/${SALES}/sendMail`, { message })).headers['retry-after']).toBeUndefined();
  });
});

describe('a client that leaves', () => {
  it('leaves nothing behind that waits', async () => {
    await using other = await openGraph();
    other.fault('http.slow', { ms: 3_600_000 });
    const pending = other.get(inbox).catch((error: unknown) => error);
    while (other.tenant.faults.list()[0]?.struck === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await other.tenant[Symbol.asyncDispose]();
    expect(await pending).toBeInstanceOf(Error);
  });
});

describe('doors that disagree', () => {
  it('show another arrival, another Message-ID, and no headers of the sender’s own', async () => {
    const message = world.put(['Message-ID: <one@x>', 'X-Own: 1', 'Subject: a', '', 'x'], { arrivedAt: new Date('2026-01-01T10:00:00Z') });
    const at = `${inbox}/${encodeURIComponent(world.mailbox.ordinaryId(message))}`;
    world.fault('door.arrival-shift', { door: 'graph', ms: 3_600_000 });
    world.fault('door.message-id', { door: 'graph', as: 'rewritten' });
    world.fault('graph.strip-x-headers');
    const { json } = await world.get(`${at}?$select=receivedDateTime,internetMessageId,internetMessageHeaders`);
    expect(json).toMatchObject({ receivedDateTime: '2026-01-01T11:00:00Z', internetMessageId: '<rewritten.one@x>' });
    expect((json['internetMessageHeaders'] as { name: string }[]).map(({ name }) => name)).not.toContain('X-Own');
    expect((await world.get(`${at}/$value`)).text).not.toContain('X-Own');
  });
});

describe('every answer', () => {
  it('has ids of the request and the date of the tenant', async () => {
    world.tenant.clock.set(new Date('2030-01-01T00:00:00Z'));
    const token = await world.token();
    const { headers } = await world.ask('GET', inbox, { token, headers: { 'client-request-id': 'mine' } });
    expect(headers).toMatchObject({ 'client-request-id': 'mine', 'request-id': expect.stringMatching(/^[\da-f-]{36}$/) as string, date: expect.stringContaining('2030') as string });
    const refused = await world.ask('GET', `${inbox}?$top=0`, { token, headers: { 'client-request-id': '6f4c1d0e-0000-4000-8000-000000000001' } });
    expect(refused.json['error'].innerError).toEqual({ date: expect.stringContaining('2030-01-01T') as string, 'request-id': refused.headers['request-id'], 'client-request-id': '6f4c1d0e-0000-4000-8000-000000000001' });
  });
});
