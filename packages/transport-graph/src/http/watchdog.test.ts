import { getEventListeners } from 'node:events';
import type { Clock } from '@signalbox/core';
import { describe, expect, it } from 'vitest';
import { createKennel } from './watchdog.ts';

const LIMIT = 1_000;
const turn = async (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** A clock that is moved by hand and wakes who sleeps by it. */
function handClock() {
  let now = Date.parse('2026-11-24T12:00:00Z');
  const sleepers = new Set<() => void>();
  const clock: Clock = {
    now: () => new Date(now),
    sleep(ms, signal) {
      signal?.throwIfAborted();
      const until = now + ms;
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const wake = (): void => {
        if (now < until) return;
        sleepers.delete(wake);
        resolve();
      };
      sleepers.add(wake);
      signal?.addEventListener('abort', () => (sleepers.delete(wake), reject(signal.reason)), { once: true });
      return promise;
    },
  };
  return {
    clock,
    sleepers,
    pass: async (ms: number): Promise<void> => {
      now += ms;
      for (const wake of sleepers) wake();
      await turn();
    },
  };
}

function setting() {
  const hand = handClock();
  const end = new AbortController();
  const start = createKennel(hand.clock, LIMIT, end.signal);
  const bitten: string[] = [];
  return { ...hand, end, bitten, dog: (name: string) => start(() => void bitten.push(name)) };
}

describe('watchdogs', () => {
  it('bite once when nothing comes for too long, each at its own time', async () => {
    const { dog, pass, bitten } = setting();
    dog('first');
    await pass(400);
    dog('second');
    await pass(599);
    expect(bitten).toEqual([]);
    await pass(1);
    expect(bitten).toEqual(['first']);
    await pass(400);
    await pass(5_000);
    expect(bitten).toEqual(['first', 'second']);
  });

  it('wait anew when they are fed, and for nothing while they rest', async () => {
    const { dog, pass, bitten } = setting();
    const one = dog('one');
    await pass(900);
    one.feed();
    await pass(900);
    one.rest();
    await pass(10_000);
    expect(bitten).toEqual([]);
    one.feed();
    await pass(1_000);
    expect(bitten).toEqual(['one']);
  });

  it('never bite once they are disposed of, and then leave no timer for long', async () => {
    const { dog, pass, bitten, sleepers } = setting();
    {
      using _ = dog('short');
      await pass(10);
    }
    expect(sleepers.size).toBe(1);
    await pass(1_000);
    expect([bitten, sleepers.size]).toEqual([[], 0]);
    dog('later');
    await pass(1_000);
    expect(bitten).toEqual(['later']);
  });

  it('share one timer, which ends with the client', async () => {
    const { dog, sleepers, end } = setting();
    for (let count = 0; count < 100; count += 1) dog('one of many');
    expect([sleepers.size, getEventListeners(end.signal, 'abort').length]).toEqual([1, 1]);
    end.abort(new Error('closed'));
    await turn();
    expect(sleepers.size).toBe(0);
  });
});
