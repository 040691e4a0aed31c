import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { secret } from '@signalbox/core';
import { describe, expect, it } from 'vitest';
import { nextLine, startChild } from './child/start.ts';
import { makePlace } from './world.ts';

describe('a data directory that a router works on', () => {
  it('is refused to a second router, which learns who has it, and not to commands', { timeout: 30_000 }, async () => {
    await using place = await makePlace();
    await using child = startChild('hold-as-router.ts', { directory: place.directory });
    const pid = await nextLine(child);
    await expect(place.open({ role: 'router' })).rejects.toMatchObject({
      code: 'store.in-use',
      retry: 'after-remedy',
      affects: 'endpoint',
      message: expect.stringMatching(new RegExp(`${place.directory}: process ${pid}, since \\d{4}-\\d\\d-\\d\\dT`)),
      remedy: { who: 'operator', text: expect.stringContaining('PostgreSQL') },
    });
    const { tokens } = await place.open();
    await tokens.write('a', secret('of a command'));
    expect((await tokens.read('a'))?.reveal()).toBe('of a command');
  });

  it('is free as soon as the router is dead, however it died', { timeout: 30_000 }, async () => {
    await using place = await makePlace();
    await using child = startChild('hold-as-router.ts', { directory: place.directory });
    await nextLine(child);
    await child.kill();
    await using router = await place.open({ role: 'router' });
    expect(await router.leases.list()).toEqual([]);
  });

  it('has no mailbox leased to a router that was killed, once the next one has opened it', async () => {
    await using place = await makePlace();
    const killed = await place.open();
    await killed.mailboxes.put({ id: 'sales', address: 'sales@contoso.com' });
    await killed.leases.acquire('sales', 'receive', 'killed');
    const router = await place.open({ role: 'router' });
    expect(await router.leases.acquire('sales', 'receive', 'next')).toMatchObject({ epoch: 2 });
  });

  it('is free when the router has closed it, and also when it could not be opened', async () => {
    await using place = await makePlace();
    const first = await place.open({ role: 'router' });
    await expect(place.open({ role: 'router' })).rejects.toMatchObject({ code: 'store.in-use', message: expect.stringContaining(`process ${process.pid}`) });
    await first.tokens.write('a', secret('x'));
    await first[Symbol.asyncDispose]();
    await expect(place.open({ role: 'router', key: { text: secret('A'.repeat(43)) } })).rejects.toMatchObject({ code: 'config.invalid' });
    await place.open({ role: 'router' });
  });

  it('goes to one of several routers that start at once', { timeout: 30_000 }, async () => {
    await using place = await makePlace();
    const outcomes = await Promise.allSettled([0, 1, 2].map(() => place.open({ role: 'router' })));
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected', 'rejected']);
  });

  it('shows its lock to its owner alone', async () => {
    await using place = await makePlace();
    await place.open({ role: 'router' });
    expect((await stat(join(place.directory, 'router.lock'))).mode & 0o777).toBe(0o600);
  });
});
