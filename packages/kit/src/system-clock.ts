import type { Clock } from '@signalbox/core';

/**
 * The machine's own clock. Sleeps by a plain timer: thousands of mailboxes sleep three times each, and every sleep of `node:timers/promises` under a
 * signal holds 2.8 KB, this one 1.1.
 */
export const systemClock: Clock = {
  now: () => new Date(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', wake);
        resolve();
      }, ms);
      const wake = (): void => {
        clearTimeout(timer);
        reject(signal?.reason as Error);
      };
      signal?.addEventListener('abort', wake, { once: true });
    }),
};
