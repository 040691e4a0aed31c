import { expect, it } from 'vitest';
import { makePlace } from './world.ts';

it('an embedded store goes by the clock of its host where a test wants that', async () => {
  await using place = await makePlace();
  let now = 1_000_000;
  const clock = { now: () => new Date(now), sleep: () => new Promise<void>(() => {}) };
  await using store = await place.open({ clock, goesByHost: true, leaseMs: 0 });
  await store.mailboxes.put({ id: 'sales', address: 'sales@contoso.com' });
  expect(await store.outbox.nextDueInMs()).toBeUndefined();
  async function* content() {
    yield Buffer.from('x');
  }
  const mail = { from: 'a@b', envelope: { mailFrom: 'a@b', rcptTo: ['c@d'] as const }, bcc: [] };
  const { entry } = await store.outbox.submit({ id: 'one', mailbox: 'sales', idempotencyKey: 'k', messageId: 'm', mail, dueAt: new Date(1_060_000), requestDigest: () => '' }, content());
  expect([entry.createdAt.getTime(), await store.outbox.nextDueInMs()]).toEqual([1_000_000, 60_000]);
  now += 45_000;
  expect(await store.outbox.nextDueInMs()).toBe(15_000);
});
