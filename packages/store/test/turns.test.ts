import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type Clock, secret } from '@signalbox/core';
import { systemClock } from '@signalbox/kit';
import { describe, expect, it } from 'vitest';
import { makePlace, type Place } from './world.ts';

const LEASE_MS = 300;

/** Beats never come: as of a process that is frozen, or whose event loop is stuck. */
const frozen: Clock = { now: () => new Date(), sleep: (_ms, signal) => new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error))) };

function heldChange(answer: string): { readonly begun: Promise<void>; readonly letGo: () => void; readonly asked: (string | undefined)[]; readonly change: Parameters<Awaited<ReturnType<Place['open']>>['tokens']['update']>[1] } {
  const [begun, free] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const asked: (string | undefined)[] = [];
  return {
    begun: begun.promise,
    letGo: () => free.resolve(),
    asked,
    async change(current) {
      asked.push(current?.reveal());
      begun.resolve();
      await free.promise;
      return secret(`${answer} after ${current?.reveal()}`);
    },
  };
}

describe('a turn', () => {
  it('is kept by whoever lives, for as long as the change takes', async () => {
    await using place = await makePlace();
    const [one, other] = [await place.open({ leaseMs: LEASE_MS }), await place.open({ leaseMs: LEASE_MS })];
    await one.tokens.write('key', secret('old'));
    const held = heldChange('one');
    const update = one.tokens.update('key', held.change);
    await held.begun;
    const next = other.tokens.update('key', async (current) => secret(`other after ${current?.reveal()}`));
    await systemClock.sleep(3 * LEASE_MS);
    expect((await other.tokens.read('key'))?.reveal()).toBe('old');
    held.letGo();
    expect([(await update)?.reveal(), (await next)?.reveal()]).toEqual(['one after old', 'other after one after old']);
    expect(held.asked).toEqual(['old']);
  });

  it('of a process that was frozen is taken over, and the process stores nothing when it wakes up but is asked again', async () => {
    await using place = await makePlace();
    const events: string[] = [];
    const [one, other] = [await place.open({ leaseMs: LEASE_MS, clock: frozen, log: { log: (_level, event) => void events.push(event) } }), await place.open({ leaseMs: LEASE_MS })];
    await one.tokens.write('key', secret('old'));
    const held = heldChange('one');
    const update = one.tokens.update('key', held.change);
    await held.begun;
    const began = performance.now();
    const taken = await other.tokens.update('key', async (current) => secret(`other after ${current?.reveal()}`));
    expect(performance.now() - began).toBeGreaterThan(LEASE_MS / 2);
    expect(taken?.reveal()).toBe('other after old');
    held.letGo();
    expect((await update)?.reveal()).toBe('one after other after old');
    expect(held.asked).toEqual(['old', 'other after old']);
    expect((await other.tokens.read('key'))?.reveal()).toBe('one after other after old');
    expect(events).toEqual(['store.change-overtaken']);
  });

  it('of a dead process ends although the clock was set back an hour', async () => {
    await using place = await makePlace();
    const store = await place.open({ leaseMs: LEASE_MS });
    const database = new DatabaseSync(join(place.directory, 'signalbox.db'));
    database.prepare(`insert into token (name, version, updated_at, lease_owner, lease_until) values ('key', 0, 0, 'dead', ?)`).run(Date.now() + 3_600_000);
    database.close();
    const began = performance.now();
    expect((await store.tokens.update('key', async () => secret('next')))?.reveal()).toBe('next');
    expect(performance.now() - began).toBeGreaterThan(LEASE_MS / 2);
    expect(performance.now() - began).toBeLessThan(LEASE_MS * 10);
  });

  it('leaves no row behind where nothing is stored', async () => {
    await using place = await makePlace();
    const { tokens } = await place.open();
    await tokens.update('a', async () => undefined);
    await tokens.update('b', async () => Promise.reject(new Error('no'))).catch(() => {});
    let asked = 0;
    await tokens.update('c', async () => {
      asked += 1;
      if (asked === 1) await tokens.delete('c');
      return undefined;
    });
    expect(asked).toBe(2);
    await tokens.write('d', secret('x'));
    await tokens.delete('d');
    const database = new DatabaseSync(join(place.directory, 'signalbox.db'));
    expect(database.prepare('select name from token').all()).toEqual([]);
    database.close();
  });
});
