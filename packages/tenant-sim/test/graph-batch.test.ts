import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Answer, type GraphWorld, openGraph, SALES, SUPPORT } from './graph-world.ts';

let world: GraphWorld;
beforeEach(async () => {
  world = await openGraph();
});
afterEach(() => world[Symbol.asyncDispose]());

interface Item {
  readonly id: string;
  readonly [key: string]: unknown;
}

const batch = (...requests: Item[]): Promise<Answer> => world.post('/$batch', { requests });
const get = (id: string, url: string, more: object = {}): Item => ({ id, method: 'GET', url, ...more });
const post = (id: string, url: string, body: unknown, headers: object = { 'Content-Type': 'application/json' }): Item => ({ id, method: 'POST', url, body, headers });
const outcomes = ({ json }: Answer): Map<string, { status: number; headers: Record<string, string>; body: Record<string, unknown> }> => new Map(json['responses'].map((one: { id: string }) => [one.id, one]));
const statuses = (answer: Answer): (readonly [id: string, status: number])[] => [...outcomes(answer)].map(([id, { status }]) => [id, status] as const);

describe('a batch', () => {
  it('answers each of its requests, whatever becomes of the others', async () => {
    const mail = world.put(['Subject: a', '', 'x']);
    const id = encodeURIComponent(world.mailbox.ordinaryId(mail));
    const answer = await batch(get('1', `/users/${SALES}/messages/${id}?$select=subject`), get('2', `/users/${SALES}/messages/AAMkNone`), get('3', `users/${SALES}/messages/${id}/$value`));
    const results = outcomes(answer);
    expect(answer.status).toBe(200);
    expect(results.get('1')).toMatchObject({ status: 200, body: { subject: 'a' } });
    expect(results.get('2')).toMatchObject({ status: 404, body: { error: { code: 'ErrorItemNotFound' } } });
    expect(Buffer.from(results.get('3')!.body as unknown as string, 'base64').toString()).toContain('Subject: a');
  });

  it('carries out in their order what depends on another, and not at all when that has failed', async () => {
    const answer = await batch(
      get('3', `/users/${SALES}/mailFolders/inbox`, { dependsOn: ['2'] }),
      post('1', `/users/${SALES}/mailFolders`, { displayName: 'New' }),
      { ...post('2', `/users/${SALES}/mailFolders`, { displayName: 'new' }), dependsOn: ['1'] },
    );
    expect(new Map(statuses(answer))).toEqual(new Map([['1', 201], ['2', 409], ['3', 424]]));
  });

  it('takes MIME in base64url', async () => {
    const raw = Buffer.from(`From: <${SALES}>\r\nTo: <${SUPPORT}>\r\nSubject: b\r\n\r\nx`).toString('base64');
    const answer = await batch(post('1', `/users/${SALES}/sendMail`, Buffer.from(raw).toString('base64url'), { 'Content-Type': 'text/plain' }));
    expect(statuses(answer)).toEqual([['1', 202]]);
    expect(world.tenant.mailFlow.submitted).toHaveLength(1);
  });

  it('throttles single requests of it', async () => {
    world.fault('http.refuse', { status: 429, retryAfter: 'fractional', path: 'archive' }, 1);
    const answer = await batch(get('1', `/users/${SALES}/mailFolders/archive`), get('2', `/users/${SALES}/mailFolders/inbox`));
    expect(outcomes(answer).get('1')).toMatchObject({ status: 429, headers: { 'Retry-After': expect.stringMatching(/^\d+\.\d+$/) as string }, body: { error: { code: 'TooManyRequests' } } });
    expect(outcomes(answer).get('2')?.status).toBe(200);
  });

  it('has four of them run at a time, and refuses some when others run beside it', async () => {
    const many = Array.from({ length: 8 }, (_, index) => get(String(index), `/users/${SALES}/messages?$top=${index + 1}`));
    expect(statuses(await batch(...many)).every(([, status]) => status === 200)).toBe(true);
    world.fault('http.slow', { ms: 1_800_000, path: 'messages' }, 4);
    const held = async (count: number): Promise<void> => {
      while ((world.tenant.faults.list()[0]?.struck ?? 0) < count) await new Promise((resolve) => setTimeout(resolve, 5));
    };
    const beside = Array.from({ length: 3 }, () => world.get(`/users/${SALES}/messages`));
    await held(3);
    const together = batch(...many);
    await held(4);
    world.tenant.clock.jump(1_800_000);
    expect((await Promise.all(beside)).map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(statuses(await together).filter(([, status]) => status === 429).length).toBeGreaterThan(2);
  });

  it.each([
    ['more than twenty', Array.from({ length: 21 }, (_, index) => get(String(index), '/me/messages'))],
    ['none', []],
    ['the same id twice', [get('1', '/me/messages'), get('1', '/me/messages')]],
    ['an unknown dependency', [get('1', '/me/messages', { dependsOn: ['9'] })]],
    ['a circle', [get('1', '/me/messages', { dependsOn: ['2'] }), get('2', '/me/messages', { dependsOn: ['1'] })]],
    ['a strange method', [{ id: '1', method: 'BREW', url: '/me/messages' }]],
  ])('is refused with %s', async (_name, requests) => {
    expect((await batch(...requests)).status).toBe(400);
  });

  it('refuses another batch within it, and a body without a type', async () => {
    const answer = await batch(post('1', '/$batch', { requests: [] }), post('2', `/users/${SALES}/mailFolders`, { displayName: 'x' }, {}));
    expect(statuses(answer)).toEqual([['1', 400], ['2', 400]]);
  });
});
