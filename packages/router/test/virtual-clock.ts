import type { Clock } from '@signalbox/core';

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

/** Time that passes when it is told to: sleepers wake in their order, and what they do is done before the next wakes. */
export class VirtualClock implements Clock {
  #now: number;
  readonly #start: number;
  #sleepers: Sleeper[] = [];

  constructor(start = Date.parse('2026-11-25T10:00:00Z')) {
    this.#now = start;
    this.#start = start;
  }

  now(): Date {
    return new Date(this.#now);
  }

  /** Milliseconds since the clock was made. */
  readonly monotonic = (): number => this.#now - this.#start;

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    if (signal?.aborted) return Promise.reject(signal.reason as Error);
    const sleeper: Sleeper = { until: this.#now + ms, wake: () => settle(resolve) };
    const onAbort = (): void => settle(() => reject(signal?.reason as Error));
    const settle = (how: () => void): void => {
      this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
      signal?.removeEventListener('abort', onAbort);
      how();
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    this.#sleepers.push(sleeper);
    return promise;
  }

  /** Time passes without anybody noticing: the process was frozen. */
  freeze(ms: number): void {
    this.#now += ms;
  }

  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settled();
    for (;;) {
      const next = this.#sleepers.filter(({ until }) => until <= end).toSorted((a, b) => a.until - b.until)[0];
      if (!next) break;
      this.#now = Math.max(this.#now, next.until);
      next.wake();
      await settled();
    }
    this.#now = end;
    await settled();
  }
}

/** Everything that can go on without time passing has gone on. Databases answer in turns of the event loop. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}
