import type { Secret, TokenStore } from '@signalbox/core';

/** A store that several providers share as several processes would. */
export interface SharedTokens extends TokenStore {
  readonly keys: () => readonly string[];
  readonly all: () => readonly string[];
}

export function createSharedTokens(): SharedTokens {
  const kept = new Map<string, Secret>();
  const turns = new Map<string, Promise<unknown>>();
  const put = (key: string, value: Secret | undefined): void => void (value ? kept.set(key, value) : kept.delete(key));
  return {
    keys: () => [...kept.keys()],
    all: () => [...kept.values()].map((value) => value.reveal()),
    read: async (key) => kept.get(key),
    write: async (key, value) => put(key, value),
    delete: async (key) => put(key, undefined),
    async update(key, change) {
      const before = turns.get(key);
      const turn = (async () => {
        await before?.catch(() => {}); // its own caller hears of that failure
        for (;;) {
          const current = kept.get(key);
          const next = await change(current);
          if (kept.get(key) !== current) continue;
          put(key, next);
          return next;
        }
      })();
      turns.set(key, turn);
      return turn;
    },
  };
}
