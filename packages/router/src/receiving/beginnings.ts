import type { Clock } from '@signalbox/core';
import { createLimiter } from '@signalbox/kit';

/** Places for mailboxes that begin to be read: thousands at once take more time and memory together than one after the other, and more of their servers. */
export interface Beginnings {
  /** Waits for a place. Disposed of when it has begun; whoever takes longer than five seconds holds up no other. Rejects with the signal's reason. */
  enter(signal: AbortSignal): Promise<Disposable>;
}

const LONGEST_MS = 5_000;

export function createBeginnings(capacity: number, clock: Clock): Beginnings {
  const limiter = createLimiter(capacity);
  return {
    async enter(signal) {
      const place = await limiter.acquire(signal);
      const over = new AbortController();
      void clock
        .sleep(LONGEST_MS, over.signal)
        .catch(() => {}) // it has begun
        .finally(() => place[Symbol.dispose]());
      return { [Symbol.dispose]: () => over.abort() };
    },
  };
}
