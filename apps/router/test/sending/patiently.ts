import { setTimeout as pause } from 'node:timers/promises';
import { isMailError } from '@signalbox/core';

/** Again and again while the store is busy, as a caller does who is told that it may be repeated. */
export async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isMailError(error) || error.retry !== 'safe') throw error;
      await pause(100);
    }
  }
}
