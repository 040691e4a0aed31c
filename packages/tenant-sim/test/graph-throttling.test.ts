import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Answer, type GraphWorld, openGraph, SALES, SUPPORT } from './graph-world.ts';

let world: GraphWorld;
beforeEach(async () => {
  world = await openGraph();
});
afterEach(() => world[Symbol.asyncDispose]());

const list = (address = SALES): string => `/users/${address}/messages`;
const limits = (limit: Partial<GraphWorld['tenant']['directory']['tenant']['limits']>): void => world.tenant.directory.updateTenant({ limits: { ...world.tenant.directory.tenant.limits, ...limit } });

describe('throttling', () => {
  it('refuses the fifth request at a time of one app for one mailbox', async () => {
    world.fault('http.slow', { ms: 1_800_000, mailbox: SALES }, 4);
    const refused: Answer[] = [];
    const { promise: twoRefused, resolve } = Promise.withResolvers<void>();
    const pending = Array.from({ length: 6 }, async () => {
      const answer = await world.get(list());
      if (answer.status === 429 && refused.push(answer) === 2) resolve();
      return answer.status;
    });
    await twoRefused;
    expect((await world.get(list(SUPPORT))).status).toBe(200);
    world.tenant.clock.jump(1_800_000);
    const statuses = await Promise.all(pending);
    expect(statuses.filter((status) => status === 200)).toHaveLength(4);
    expect(refused[0]).toMatchObject({ json: { error: { code: 'ApplicationThrottled', message: 'Application is over its MailboxConcurrency limit.' } }, headers: { 'retry-after': '1' } });
    expect((await world.get(list())).status).toBe(200);
  });

  it('counts requests over ten minutes, the refused ones too', async () => {
    limits({ graphRequests: 2 });
    const ask = async (): Promise<number> => (await world.get(list())).status;
    expect([await ask(), await ask(), await ask()]).toEqual([200, 200, 429]);
    expect(Number((await world.get(list())).headers['retry-after'])).toBeGreaterThan(590);
    world.tenant.clock.jump(600_000);
    expect(await ask()).toBe(200);
  });
});
