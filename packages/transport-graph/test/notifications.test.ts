import type { ChangeBatch, Cursor, FolderId, Receive } from '@signalbox/core';
import { trustingFetch } from '@signalbox/tenant-sim';
import { describe, expect, it } from 'vitest';
import { openCallbacks } from './callbacks.ts';
import { facetsOf, type Setting, setting, told } from './setting.ts';

const letter = (subject: string): string[] => [`Subject: ${subject}`, '', 'text'];

interface Watching extends Setting {
  /** The batches of one watch, until what is told of them satisfies. */
  readonly until: (satisfied: (told: readonly string[]) => boolean) => Promise<readonly string[]>;
  readonly receive: Receive;
  readonly batches: readonly ChangeBatch[];
  readonly addresses: ReadonlyMap<string, unknown>;
  /** Ids of what the application has subscribed to, as Graph lists it. */
  readonly subscribed: () => Promise<readonly string[]>;
  readonly stop: () => Promise<void>;
  readonly count: (event: string) => number;
}

const inboxOf = async (receive: Receive): Promise<FolderId> => (await receive.findFolder({ role: 'inbox' })).id;

const watch = (receive: Receive, folder: FolderId, cursor?: Cursor): AsyncIterator<ChangeBatch> =>
  receive.changes({ folder, since: cursor === undefined ? { kind: 'now' } : { kind: 'cursor', cursor }, watch: true })[Symbol.asyncIterator]();

/** A watch that would look by the clock in four minutes: what is told sooner was told by a notification. */
async function watching(test: (watching: Watching) => Promise<void>): Promise<void> {
  await setting(async (world) => {
    await using callbacks = await openCallbacks();
    const transport = await world.open({ pollIntervalMs: 240_000 }, { callbacks });
    const { receive } = facetsOf(transport);
    expect(receive.traits.push).toBe(true);
    const iterator = watch(receive, await inboxOf(receive));
    await using network = trustingFetch(world.tenant.certificates.ca);
    const subscribed = async (): Promise<readonly string[]> => {
      const { token } = await world.tenant.tokens.issue({ app: world.tenant.directory.apps()[0]!, resource: 'graph' });
      const response = await network.fetch(`${world.tenant.doors.graph!.baseUrl}/subscriptions`, { headers: { authorization: `Bearer ${token}` } });
      return ((await response.json()) as { readonly value: readonly { readonly id: string }[] }).value.map(({ id }) => id);
    };
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
    await test({ ...world, receive, batches, until, subscribed, addresses: callbacks.addresses, count, stop: async () => void (await iterator.return?.()) });
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
      let before = -1;
      while (before !== requests.length) {
        before = requests.length;
        await new Promise((resolve) => void setTimeout(resolve, 100)); // what the subscription itself set off comes to its end
      }
      const [answer] = [...addresses.values()] as ((call: object) => Promise<unknown>)[];
      for (const body of ['{"value":[{"clientState":"guessed","changeType":"created"}]}', 'no json', '{"value":7}']) expect(await answer?.({ query: {}, body })).toEqual({ status: 202 });
      await new Promise((resolve) => void setTimeout(resolve, 20));
      expect(requests.length).toBe(before);
    }));

  it('of a process that was killed are ended by the next one, which goes on from its position', () =>
    watching(async ({ open, batches, subscribed }) => {
      const [left] = await subscribed();
      expect(left).toBeDefined();
      await using callbacks = await openCallbacks();
      const { receive } = facetsOf(await open({ pollIntervalMs: 240_000 }, { callbacks }));
      const iterator = watch(receive, await inboxOf(receive), batches[0]!.cursor);
      const { value } = await iterator.next();
      await expect.poll(async () => (await subscribed()).filter((id) => id === left)).toEqual([]);
      const [own, ...more] = await subscribed();
      expect([typeof own, more]).toEqual(['string', []]);
      // Killed as well, and somebody goes on from what it last wrote down.
      const third = facetsOf(await open({ pollIntervalMs: 240_000 }, { callbacks }));
      const next = watch(third.receive, await inboxOf(third.receive), (value as ChangeBatch).cursor);
      await next.next();
      await expect.poll(async () => (await subscribed()).includes(own!)).toBe(false);
      expect(await subscribed()).toHaveLength(1);
      await Promise.all([iterator.return?.(), next.return?.()]);
    }));

  it('of a process that was killed are remembered until the service has ended them', () =>
    watching(async ({ open, batches, subscribed, fault, logged }) => {
      const [left] = await subscribed();
      await using callbacks = await openCallbacks();
      const { receive } = facetsOf(await open({ pollIntervalMs: 240_000 }, { callbacks }));
      const inbox = await inboxOf(receive);
      const refused = fault('http.refuse', { method: 'DELETE', path: 'subscriptions' });
      const iterator = watch(receive, inbox, batches[0]!.cursor);
      const { value } = await iterator.next();
      await expect.poll(() => logged.some(({ event }) => event === 'graph.subscription-left')).toBe(true);
      expect(await subscribed()).toContain(left);
      await iterator.return?.();
      refused[Symbol.dispose]();
      const later = watch(receive, inbox, (value as ChangeBatch).cursor);
      await later.next();
      await expect.poll(async () => (await subscribed()).includes(left!)).toBe(false);
      await later.return?.();
    }));

  it('of another watch of this process stay, though it began at the same position', () =>
    watching(async ({ receive, batches, subscribed, requests }) => {
      const [first] = await subscribed();
      const iterator = watch(receive, await inboxOf(receive), batches[0]!.cursor);
      await iterator.next();
      await expect.poll(subscribed).toHaveLength(2);
      expect(await subscribed()).toContain(first);
      expect(requests.filter(({ method }) => method === 'DELETE')).toEqual([]);
      await iterator.return?.();
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
