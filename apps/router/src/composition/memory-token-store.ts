import type { Secret, TokenStore } from '@signalbox/core';

/** Keeps tokens as long as the process lives: enough for one command, which asks for new ones when it starts. */
export function createMemoryTokenStore(): TokenStore {
  const tokens = new Map<string, Secret>();
  const turns = new Map<string, Promise<unknown>>();

  const put = (key: string, value: Secret | undefined): void => void (value ? tokens.set(key, value) : tokens.delete(key));

  return {
    async read(key, options) {
      options?.signal?.throwIfAborted();
      return tokens.get(key);
    },
    async write(key, value, options) {
      options?.signal?.throwIfAborted();
      put(key, value);
    },
    async delete(key, options) {
      options?.signal?.throwIfAborted();
      put(key, undefined);
    },
    async update(key, change, options) {
      const before = turns.get(key);
      const turn = (async () => {
        await before?.catch(() => {}); // its own caller hears of that failure
        for (;;) {
          options?.signal?.throwIfAborted();
          const current = tokens.get(key);
          const next = await change(current);
          if (tokens.get(key) !== current) continue;
          put(key, next);
          return next;
        }
      })();
      turns.set(key, turn);
      return turn;
    },
  };
}
