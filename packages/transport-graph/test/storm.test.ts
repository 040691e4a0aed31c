import { casesFor, type OpenWorld, runCase } from '@signalbox/conformance';
import type { Tenant } from '@signalbox/tenant-sim';
import { afterAll, describe, expect, it } from 'vitest';
import { type GraphWorldOptions, openGraphWorld, openTenant } from './world.ts';

/** Cases that count requests or credentials: each repetition in a storm is one more. */
const COUNTING = ['auth/refused-once'];

let withdrawn = 0;

/** Something is always wrong, the same at every run: each request counts, and many of them meet with something. */
function stormOver({ faults }: Tenant): NonNullable<GraphWorldOptions['trouble']> {
  let count = 0;
  const once = { times: 1 };
  const safe = { path: '^(?!.*/(?:send|messages)$)' };
  return async (place, renewCredential) => {
    count += 1;
    if (count % 5 === 1) faults.set('http.refuse', { ...place, status: 429, retryAfter: 0.005 }, { times: 1 + (count % 3) });
    if (count % 7 === 2) faults.set('http.refuse', { ...place, ...safe, status: 504, when: 'after', retryAfter: 0.01 }, once);
    if (count % 19 === 3) faults.set('http.drop-response', { ...place, ...safe }, once);
    if (count % 41 !== 5) return;
    withdrawn += 1;
    await renewCredential();
  };
}

const tenant = await openTenant();
afterAll(() => tenant[Symbol.asyncDispose]());
const struckBefore = (): number => tenant.faults.list().reduce((sum, { struck }) => sum + struck, 0);
const openWorld: OpenWorld = async () => {
  const world = await openGraphWorld(tenant, { config: { throttlePatienceMs: 1_500 }, trouble: stormOver(tenant) });
  tenant.faults.set('graph.delta-partial', { mailbox: world.address });
  tenant.faults.set('graph.strip-x-headers', { mailbox: world.address });
  return world;
};
const { applicable } = await casesFor(openWorld);

describe('conformance in a storm of refusals, lost answers and revoked tokens', () => {
  for (const c of applicable.filter(({ id }) => !COUNTING.includes(id))) it(`${c.id}: ${c.title}`, { timeout: 60_000 }, () => runCase(c, openWorld));

  it('was a storm', () => expect(struckBefore()).toBeGreaterThan(500));
  it.each(['graph.delta-partial', 'graph.delta-gone', 'graph.strip-x-headers', 'http.drop-response'])('met with %s', (fault) => {
    expect(tenant.faults.list().filter(({ name, struck }) => name === fault && struck > 0).length).toBeGreaterThan(0);
  });
  it('met with tokens that were withdrawn', () => expect(withdrawn).toBeGreaterThan(20));
});
