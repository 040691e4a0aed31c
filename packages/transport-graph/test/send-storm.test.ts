import { casesFor, type Case, type OpenWorld, runCase } from '@signalbox/conformance';
import { afterAll, describe, expect, it } from 'vitest';
import { openGraphWorld, openTenant } from './world.ts';

const tenant = await openTenant();
afterAll(() => tenant[Symbol.asyncDispose]());

/** A bad hour at Exchange Online: too many requests, answers that never come, a token that is void, copies that are filed late, lost X-fields. */
const openStormyWorld: OpenWorld = async () => {
  const world = await openGraphWorld(tenant, { config: { throttlePatienceMs: 10_000 } });
  const { faults } = tenant;
  const mailbox = world.address;
  const draft = { mailbox, method: 'POST', path: '/messages$' };
  await world.faults.renewCredential?.();
  faults.set('http.refuse', { mailbox, method: 'POST', status: 429, retryAfter: 0.05 }, { times: 3 });
  faults.set('http.drop-response', { ...draft, when: 'after' }, { times: 1 });
  faults.set('http.refuse', { ...draft, status: 503, retryAfter: 0 }, { times: 1 });
  faults.set('delivery.sent-copy-late', { mailbox, ms: 200 });
  faults.set('graph.strip-x-headers', { mailbox });
  return {
    ...world,
    faults: {
      ...world.faults,
      async loseNextSendAnswer() {
        faults.set('http.refuse', { mailbox, method: 'POST', path: '/send$', status: 504, when: 'after' }, { times: 1 });
      },
    },
  };
};

const sends = ({ needs }: Case): boolean => needs?.facets?.includes('send') ?? false;
const { applicable } = await casesFor(openStormyWorld);

describe('sending in a storm', () => {
  it('is tried with every case that sends', () => expect(applicable.filter(sends).length).toBeGreaterThan(20));
  for (const c of applicable.filter(sends)) it(`${c.id}: ${c.title}`, { timeout: 60_000 }, () => runCase(c, openStormyWorld));

  it.each(['http.refuse', 'http.drop-response', 'delivery.sent-copy-late'])('met with %s', (fault) => {
    expect(tenant.faults.list().filter(({ name, struck }) => name === fault && struck > 0).length).toBeGreaterThan(0);
  });
  it('met with 504 for what was accepted', () => {
    expect(tenant.faults.list().filter(({ options: { status, when }, struck }) => status === 504 && when === 'after' && struck > 0).length).toBeGreaterThan(0);
  });
});
