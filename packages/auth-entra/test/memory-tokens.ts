import type { Secret, TokenStore } from '@signalbox/core';

/** A store that several providers share as several processes would. */
export interface SharedTokens extends TokenStore {
  readonly keys: () => readonly string[];
  readonly all: () => readonly string[];
  /** Every call fails with this from now on. */
  break(error: Error | undefined): void;
}

export function createSharedTokens(): SharedTokens {
  const kept = new Map<string, Secret>();
  const turns = new Map<string, Promise<unknown>>();
  let broken: Error | undefined;
  const check = (): void => {
    if (broken) throw broken;
  };
  const put = (key: string, value: Secret | undefined): void => void (value ? kept.set(key, value) : kept.delete(key));
  return {
    keys: () => [...kept.keys()],
    all: () => [...kept.values()].map((value) => value.reveal()),
    break(error) {
      broken = error;
    },
    async read(key) {
      check();
      return kept.get(key);
    },
    async write(key, value) {
      check();
      put(key, value);
    },
    async delete(key) {
      check();
      put(key, undefined);
    },
    async update(key, change) {
      check();
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
