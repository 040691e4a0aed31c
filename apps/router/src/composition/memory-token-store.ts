import type { Secret, TokenStore } from '@signalbox/core';

/** Keeps tokens as long as the process lives: enough for one command, which asks for new ones when it starts. */
export function createMemoryTokenStore(): TokenStore {
  const tokens = new Map<string, Secret>();
  return {
    async read(key, options) {
      options?.signal?.throwIfAborted();
      return tokens.get(key);
    },
    async write(key, value, options) {
      options?.signal?.throwIfAborted();
      tokens.set(key, value);
    },
    async delete(key, options) {
      options?.signal?.throwIfAborted();
      tokens.delete(key);
    },
  };
}
