import type { ChangeBatch } from '@signalbox/core';
import { describe, expect, it } from 'vitest';
import { openCallbacks } from './callbacks.ts';
import { facetsOf, type Setting, setting, told } from './setting.ts';

const letter = (subject: string): string[] => [`Subject: ${subject}`, '', 'text'];

interface Watching extends Setting {
  /** The batches of one watch, until what is told of them satisfies. */
  readonly until: (satisfied: (told: readonly string[]) => boolean) => Promise<readonly string[]>;
  readonly addresses: ReadonlyMap<string, unknown>;
  readonly stop: () => Promise<void>;
  readonly count: (event: string) => number;
}

/** A watch that would look by the clock in four minutes: what is told sooner was told by a notification. */
async function watching(test: (watching: Watching) => Promise<void>): Promise<void> {
  await setting(async (world) => {
    await using callbacks = await openCallbacks();
    const transport = await world.open({ pollIntervalMs: 240_000 }, { callbacks });
    const { receive } = facetsOf(transport);
    expect(receive.traits.push).toBe(true);
    const iterator = receive.changes({ folder: (await receive.findFolder({ role: 'inbox' })).id, since: { kind: 'now' }, watch: true })[Symbol.asyncIterator]();
    const batches: ChangeBatch[] = [];
    const count = (name: string): number => world.logged.filter(({ event }) => event === name).length;
    const until: Watching['until'] = async (satisfied) => {
      while (!satisfied(told(batches))) {
        const step = await iterator.next();
        if (step.done) throw new Error('The watch has ended.');
        batches.push(step.value);
      }
      return told(batches);
    };
    batches.push((await iterator.next()).value as ChangeBatch);
    await expect.poll(() => count('graph.subscribed')).toBe(1);
    await test({ ...world, until, addresses: callbacks.addresses, count, stop: async () => void (await iterator.return?.()) });
    await iterator.return?.();
  });
}

describe('change notifications', () => {
  it('make a watch look at once, whatever was lost or told twice', () =>
    watching(async ({ put, until, fault }) => {
      put(letter('first'));
      expect(await until((what) => what.includes('added first'))).toEqual(['added first']);
      fault('graph.notification-duplicated', {}, 1);
      put(letter('second'));
      expect(await until((what) => what.includes('added second'))).toEqual(['added first', 'added second']);
      fault('graph.notification-lost', {}, 1);
      put(letter('lost'));
      put(letter('third'));
      expect((await until((what) => what.includes('added third'))).slice(2).toSorted()).toEqual(['added lost', 'added third']);
    }));

  it('are subscribed to with immutable ids, and no longer when the watch ends', () =>
    watching(async ({ requests, stop, addresses, count }) => {
      const create = requests.find(({ method, url }) => method === 'POST' && url.endsWith('/subscriptions'));
      expect(create?.headers['prefer']).toContain('ImmutableId');
      expect(addresses.size).toBe(1);
      await stop();
      await expect.poll(() => addresses.size).toBe(0);
      expect([requests.at(-1)?.method, count('graph.subscription-left')]).toEqual(['DELETE', 0]);
    }));

  it('are renewed long before they end, and asked for anew when the service has ended them', () =>
    watching(async ({ tenant, requests, fault, put, until, count }) => {
      const renewals = (): number => requests.filter(({ method }) => method === 'PATCH').length;
      tenant.clock.jump(12 * 3_600_000);
      await expect.poll(renewals).toBe(1);
      fault('graph.lifecycle', { event: 'reauthorizationRequired' }, 1);
      await expect.poll(renewals).toBe(2);
      expect(requests.some(({ url }) => url.endsWith('/reauthorize'))).toBe(true);
      fault('graph.lifecycle', { event: 'subscriptionRemoved' }, 1);
      await expect.poll(() => count('graph.subscribed')).toBe(2);
      put(letter('after all that'));
      expect(await until((what) => what.includes('added after all that'))).toEqual(['added after all that']);
    }));

  it('make a watch look when the service says that some were missed', () =>
    watching(async ({ put, fault, until }) => {
      fault('graph.notification-lost', {}, 1);
      put(letter('missed'));
      fault('graph.lifecycle', { event: 'missed' }, 1);
      expect(await until((what) => what.includes('added missed'))).toEqual(['added missed']);
    }));

  it('from somebody who does not know the secret are answered and heard by nobody', () =>
    watching(async ({ requests, addresses }) => {
      await new Promise((resolve) => void setTimeout(resolve, 20)); // what the subscription itself set off
      const before = requests.length;
      const [answer] = [...addresses.values()] as ((call: object) => Promise<unknown>)[];
      for (const body of ['{"value":[{"clientState":"guessed","changeType":"created"}]}', 'no json', '{"value":7}']) expect(await answer?.({ query: {}, body })).toEqual({ status: 202 });
      await new Promise((resolve) => void setTimeout(resolve, 20));
      expect(requests.length).toBe(before);
    }));

  it('that cannot be had cost nothing but promptness', () =>
    setting(async ({ open, put, tenant, logged, requests }) => {
      const callbacks = { open: async () => ({ url: 'http://127.0.0.1:1/nowhere', async [Symbol.asyncDispose]() {} }) };
      const { receive } = facetsOf(await open({ pollIntervalMs: 60_000 }, { callbacks }));
      const iterator = receive.changes({ folder: (await receive.findFolder({ role: 'inbox' })).id, since: { kind: 'now' }, watch: true })[Symbol.asyncIterator]();
      await iterator.next();
      await expect.poll(() => logged.some(({ event }) => event === 'graph.subscription-failed')).toBe(true);
      put(letter('found by the clock'));
      const before = requests.length;
      const pending = iterator.next();
      await expect.poll(() => (tenant.clock.jump(60_000), requests.length)).toBeGreaterThan(before);
      const { value } = await pending;
      expect(told(value ? [value] : [])).toEqual(['added found by the clock']);
      await iterator.return?.();
    }));
});
