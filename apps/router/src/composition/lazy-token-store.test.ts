import type { TokenStore } from '@signalbox/core';
import type { Store } from '@signalbox/store';
import { describe, expect, it } from 'vitest';
import { createLazyTokenStore } from './lazy-token-store.ts';

const nothing = async (): Promise<undefined> => undefined;
const TOKENS: TokenStore = { read: nothing, write: nothing, delete: nothing, update: nothing };

/** Openings that end as each is told to. */
function openings() {
  const begun: PromiseWithResolvers<Store>[] = [];
  let closed = 0;
  const store = {
    tokens: TOKENS,
    async [Symbol.asyncDispose]() {
      closed += 1;
    },
  } as unknown as Store;
  const open = (): Promise<Store> => {
    const one = Promise.withResolvers<Store>();
    begun.push(one);
    return one.promise;
  };
  return { begun, open, store, closed: () => closed };
}

describe('a token store that is opened when it is needed', () => {
  it('is opened once for all who ask, and closed once', async () => {
    const { begun, open, store, closed } = openings();
    const tokens = createLazyTokenStore(open);
    const reads = [tokens.read('a'), tokens.read('b')];
    begun[0]?.resolve(store);
    await Promise.all(reads);
    await tokens.read('c');
    await tokens[Symbol.asyncDispose]();
    expect([begun.length, closed()]).toEqual([1, 1]);
  });

  it('forgets a failed opening, but never a newer one, which it closes in the end', async () => {
    const { begun, open, store, closed } = openings();
    const tokens = createLazyTokenStore(open);
    const first = tokens.read('a');
    begun[0]?.reject(new Error('no disk'));
    // In this order the second failure is told after the next opening has begun.
    const next = Promise.resolve().then(() => tokens.read('b'));
    const second = tokens.read('c');
    await expect(first).rejects.toThrow('no disk');
    await expect(second).rejects.toThrow('no disk');
    begun[1]?.resolve(store);
    await next;
    const later = tokens.read('d');
    expect(begun.length).toBe(2);
    await later;
    await tokens[Symbol.asyncDispose]();
    expect(closed()).toBe(1);
  });

  it('touches nothing where nobody asks', async () => {
    const { begun, open } = openings();
    await createLazyTokenStore(open)[Symbol.asyncDispose]();
    expect(begun).toEqual([]);
  });
});
