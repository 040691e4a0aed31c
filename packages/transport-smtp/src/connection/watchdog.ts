import type { Clock } from '@signalbox/core';

/** Bites when nobody feeds it for too long. */
export interface Watchdog extends Disposable {
  /** Progress was made; the limit may change with it. */
  feed(limitMs?: number): void;
}

/** On the host's clock, so that tests can turn it. */
export function startWatchdog(clock: Clock, limitMs: number, bite: () => void): Watchdog {
  const over = new AbortController();
  let limit = limitMs;
  let fedAt = clock.now().getTime();

  const watch = async (): Promise<void> => {
    for (;;) {
      const left = fedAt + limit - clock.now().getTime();
      if (left <= 0) return bite();
      await clock.sleep(left, over.signal);
    }
  };
  watch().catch(() => {}); // called off

  return {
    feed(nextLimit = limit) {
      limit = nextLimit;
      fedAt = clock.now().getTime();
    },
    [Symbol.dispose]: () => over.abort(),
  };
}
