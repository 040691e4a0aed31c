import type { Clock } from '@signalbox/core';

/** Bites when it waits for food for too long. */
export interface Watchdog extends Disposable {
  feed(): void;
  /** Until it is fed again nothing is expected of anybody. */
  rest(): void;
}

/** On the host's clock. One timer for a whole answer: feeding it costs a number. */
export function startWatchdog(clock: Clock, limitMs: number, bite: () => void): Watchdog {
  const over = new AbortController();
  let fedAt: number | undefined = clock.now().getTime();
  const watch = async (): Promise<void> => {
    for (;;) {
      const left = fedAt === undefined ? limitMs : fedAt + limitMs - clock.now().getTime();
      if (left <= 0) return bite();
      await clock.sleep(left, over.signal);
    }
  };
  watch().catch(() => {}); // called off
  return {
    feed() {
      fedAt = clock.now().getTime();
    },
    rest() {
      fedAt = undefined;
    },
    [Symbol.dispose]: () => over.abort(),
  };
}
