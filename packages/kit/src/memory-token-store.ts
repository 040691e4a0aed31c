import type { Secret, TokenStore } from '@signalbox/core';
import { abortable } from './abortable.ts';

interface Entry {
  value: Secret | undefined;
  /** Grows with every word from outside, so that a change begun before it is noticed, also where it changed nothing. */
  version: number;
  /** Settles when those who came before are done; never rejects. */
  turn: Promise<void>;
  /** How many change it or wait to. */
  waiting: number;
}

async function both(one: Promise<void>, other: Promise<void>): Promise<void> {
  await one;
  await other;
}

/** Keeps tokens as long as the process lives, and for this process alone: for tests, and for programs that sign in anew whenever they start. */
export function createMemoryTokenStore(): TokenStore {
  const entries = new Map<string, Entry>();
  const entryOf = (key: string): Entry => {
    const known = entries.get(key);
    if (known) return known;
    const entry: Entry = { value: undefined, version: 0, turn: Promise.resolve(), waiting: 0 };
    entries.set(key, entry);
    return entry;
  };
  const forget = (key: string, { value, waiting }: Entry): void => {
    if (value === undefined && waiting === 0) entries.delete(key);
  };
  const put = (key: string, value: Secret | undefined): void => {
    const entry = entryOf(key);
    entry.value = value;
    entry.version += 1;
    forget(key, entry);
  };

  return {
    async read(key, options) {
      options?.signal?.throwIfAborted();
      return entries.get(key)?.value;
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
      options?.signal?.throwIfAborted();
      const entry = entryOf(key);
      const before = entry.turn;
      const { promise: turn, resolve: end } = Promise.withResolvers<void>();
      entry.turn = both(before, turn); // whoever gives up waiting does not let the next one overtake
      entry.waiting += 1;
      const work = async (): Promise<Secret | undefined> => {
        for (;;) {
          const { version } = entry;
          const next = await change(entry.value);
          if (entry.version !== version) continue;
          entry.value = next;
          return next;
        }
      };
      const leave = (): void => {
        entry.waiting -= 1;
        forget(key, entry);
        end();
      };
      try {
        await abortable(before, options?.signal);
      } catch (error) {
        leave();
        throw error;
      }
      // What has begun goes on after an abort: a token that was renewed and not stored is a sign-in lost.
      return abortable(work().finally(leave), options?.signal);
    },
  };
}
