import { type Clock, MailError } from '@signalbox/core';

/** When a reader was last heard of. Only what it waits for from the server counts: what we do ourselves is no silence of its. */
export interface SignOfLife {
  /** From now on the server owes something. */
  waiting(): void;
  heard(): void;
}

/** The contract promises a batch at least so often. */
const INTERVAL_MS = 5 * 60_000;

/** Throws `timeout` when nothing was heard for one and a half intervals: a watch that looks alive and says nothing is found within two. */
export function watchSilence(clock: Clock, intervalMs = INTERVAL_MS): SignOfLife & { watch(signal: AbortSignal): Promise<void> } {
  let since: number | undefined;
  return {
    waiting() {
      since = clock.now().getTime();
    },
    heard() {
      since = undefined;
    },
    async watch(signal) {
      for (;;) {
        await clock.sleep(intervalMs / 4, signal);
        if (since === undefined || clock.now().getTime() - since < intervalMs * 1.5) continue;
        throw new SilenceError(new Date(since));
      }
    },
  };
}

/** The transport is to be opened anew: whatever it holds on to says nothing any more. */
export class SilenceError extends MailError {
  override readonly name = 'SilenceError';

  constructor(since: Date) {
    super('timeout', `The watch has been silent since ${since.toISOString()}.`);
  }
}
