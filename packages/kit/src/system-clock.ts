import { setTimeout } from 'node:timers/promises';
import type { Clock } from '@signalbox/core';

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => new Date(),
  async sleep(ms, signal) {
    try {
      await setTimeout(ms, undefined, signal && { signal });
    } catch (error) {
      signal?.throwIfAborted(); // timers wrap the reason; the contract wants the reason itself
      throw error;
    }
  },
};
