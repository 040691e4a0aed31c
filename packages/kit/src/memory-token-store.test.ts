import { secret } from '@signalbox/core';
import { describe, expect, it } from 'vitest';
import { createMemoryTokenStore } from './memory-token-store.ts';

// What every token store promises is asked of this one by the suite of @signalbox/conformance.
describe('the token store in memory', () => {
  it('serves those who wait in the order they came, and none twice', async () => {
    const store = createMemoryTokenStore();
    const order: number[] = [];
    const changes = [0, 1, 2, 3].map((number) =>
      store.update('key', async (current) => {
        order.push(number);
        return secret(`${current?.reveal() ?? ''}${number}`);
      }),
    );
    expect((await Promise.all(changes)).map((value) => value?.reveal())).toEqual(['0', '01', '012', '0123']);
    expect(order).toEqual([0, 1, 2, 3]);
  });

  it('keeps the rest in order when one in the middle gives up', async () => {
    const store = createMemoryTokenStore();
    const free = Promise.withResolvers<void>();
    const stop = new AbortController();
    const first = store.update('key', async () => {
      await free.promise;
      return secret('first');
    });
    const second = store.update('key', async () => secret('never'), { signal: stop.signal });
    const third = store.update('key', async (current) => secret(`${current?.reveal()}, third`));
    stop.abort(new Error('enough'));
    await expect(second).rejects.toThrow('enough');
    free.resolve();
    await first;
    expect((await third)?.reveal()).toBe('first, third');
  });
});
