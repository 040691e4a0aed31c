import type { Clock } from '@signalbox/core';
import { abortable } from '@signalbox/kit';

/** Tells a waiting watch to look. A ring that comes while nobody waits is not lost. */
export class Bell {
  #rung = Promise.withResolvers<void>();

  ring(): void {
    this.#rung.resolve();
  }

  /** Until somebody rings, or the time is over. Rejects with `signal.reason`. */
  async wait(clock: Clock, ms: number, signal: AbortSignal | undefined): Promise<void> {
    const enough = new AbortController();
    const sleep = clock.sleep(ms, enough.signal).catch(() => {}); // rejects when the bell was first
    try {
      await abortable(Promise.race([this.#rung.promise, sleep]), signal);
    } finally {
      enough.abort('enough'); // a reason of its own costs no stack trace
      this.#rung = Promise.withResolvers<void>();
    }
  }

  /** Rings with every hint from outside. The end of the hints, and their failure, end nothing. */
  ringWith(hints: AsyncIterable<void> | undefined): Disposable {
    const iterator = hints?.[Symbol.asyncIterator]();
    const follow = async (source: AsyncIterator<void>): Promise<void> => {
      while (!(await source.next()).done) this.ring();
    };
    if (iterator) follow(iterator).catch(() => {});
    return {
      [Symbol.dispose]() {
        iterator?.return?.()?.catch(() => {}); // not awaited: a source that waits for a hint settles with the next one
      },
    };
  }
}
