import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { bellOf, createBell } from './bell.ts';

const never = new AbortController().signal;
/** Whether it settles before everything that is on its way has happened. */
const settles = (promise: Promise<void>): Promise<boolean> => Promise.race([promise.then(() => true), new Promise<boolean>((resolve) => void setImmediate(() => resolve(false)))]);

describe('a bell', () => {
  it('wakes everybody who waits', async () => {
    const bell = createBell();
    const waiting = [bell.next(never), bell.next(never)];
    bell.ring();
    await Promise.all(waiting);
    expect(await settles(bell.next(never))).toBe(false);
  });

  it('keeps rings that nobody heard, as one', async () => {
    const bell = createBell();
    bell.ring();
    bell.ring();
    expect(await settles(bell.next(never))).toBe(true);
    expect(await settles(bell.next(never))).toBe(false);
  });

  it('forgets who has gone: a ring after that is kept for the next', async () => {
    const bell = createBell();
    const leaving = new AbortController();
    const left = bell.next(leaving.signal);
    leaving.abort();
    bell.ring();
    expect([await settles(left), await settles(bell.next(never))]).toEqual([false, true]);
  });
});

describe('a bell that many listen to under one signal', () => {
  it('leaves nothing at the signal once it has rung', async () => {
    const bell = createBell();
    const { signal } = new AbortController();
    for (let time = 0; time < 3; time += 1) {
      const heard = bell.next(signal);
      bell.ring();
      await heard;
    }
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});

describe('a bell of hints', () => {
  it('rings for each, and outlives their end and their failure', async () => {
    const failing = async function* (): AsyncGenerator<void> {
      yield;
      throw new Error('the source broke');
    };
    const bell = bellOf(failing(), never);
    await bell.next(never);
    expect(await settles(bell.next(never))).toBe(false);
    bell.ring();
  });

  it('closes its source when it is told to stop', async () => {
    const stop = new AbortController();
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    const source: AsyncIterable<void> = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise(() => {}),
        async return() {
          resolve();
          return { done: true, value: undefined };
        },
      }),
    };
    bellOf(source, stop.signal);
    stop.abort();
    await closed;
    expect(stop.signal.aborted).toBe(true);
  });

  it('is one without hints', async () => {
    expect(await settles(bellOf(undefined, never).next(never))).toBe(false);
  });
});
