import type { TokenStore } from '@signalbox/core';
import { createMemoryTokenStore } from '@signalbox/kit';

/** A store that several providers share as several processes would, and that can be looked into. */
export interface SharedTokens extends TokenStore {
  readonly keys: () => readonly string[];
  readonly all: () => readonly string[];
  /** How many changes were asked for. */
  readonly turns: () => number;
  /** Every call fails with this from now on. */
  break(error: Error | undefined): void;
  /** Every call that deletes fails with this from now on. */
  breakDelete(error: Error): void;
}

export function createSharedTokens(): SharedTokens {
  const store = createMemoryTokenStore();
  const seen = new Map<string, string>();
  let broken: Error | undefined;
  let brokenDelete: Error | undefined;
  let turns = 0;
  const watched = async <T>(key: string, call: () => Promise<T>): Promise<T> => {
    if (broken) throw broken;
    try {
      return await call();
    } finally {
      const now = await store.read(key);
      if (now) seen.set(key, now.reveal());
      else seen.delete(key);
    }
  };
  return {
    keys: () => [...seen.keys()],
    all: () => [...seen.values()],
    turns: () => turns,
    break(error) {
      broken = error;
    },
    breakDelete(error) {
      brokenDelete = error;
    },
    read: (key, options) => watched(key, () => store.read(key, options)),
    write: (key, value, options) => watched(key, () => store.write(key, value, options)),
    delete: (key, options) => watched(key, () => (brokenDelete ? Promise.reject(brokenDelete) : store.delete(key, options))),
    update(key, change, options) {
      turns += 1;
      return watched(key, () => store.update(key, change, options));
    },
  };
}
