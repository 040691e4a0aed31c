import type { Clock } from '@signalbox/core';

/** The tenant's own time: every instant that one of its doors tells or compares comes from here. */
export interface TenantClock extends Clock {
  /** How far it is from the machine's clock, in milliseconds. */
  readonly offset: number;
  /** Goes that far forward, or backward when negative. Sleepers whose time has come wake up. */
  jump(ms: number): void;
  /** Shows this instant from now on, and goes on from there. */
  set(instant: Date): void;
  /** As far from the machine's clock as in the beginning. */
  reset(): void;
  /** How often it was moved: whoever follows it from elsewhere asks for what has come since. */
  readonly moves: number;
  /** Called after every jump, set and reset. */
  onMove(listener: () => void): Disposable;
}

interface Sleeper {
  readonly due: number;
  readonly wake: () => void;
  timer: NodeJS.Timeout | undefined;
}

/** Node's timers fire at once when asked to wait for longer. */
const LONGEST_TIMER = 2 ** 31 - 1;

export function createTenantClock(start?: Date): TenantClock {
  const sleepers = new Set<Sleeper>();
  const listeners = new Set<() => void>();
  const atStart = start ? start.getTime() - Date.now() : 0;
  let offset = atStart;
  let moves = 0;
  const now = (): number => Date.now() + offset;

  const schedule = (sleeper: Sleeper): void => {
    clearTimeout(sleeper.timer);
    const left = sleeper.due - now();
    if (left <= 0) sleeper.wake();
    else sleeper.timer = setTimeout(() => schedule(sleeper), Math.min(left, LONGEST_TIMER));
  };
  const move = (to: number): void => {
    offset = to;
    moves += 1;
    for (const sleeper of sleepers) schedule(sleeper);
    for (const listener of listeners) listener();
  };

  return {
    get offset() {
      return offset;
    },
    now: () => new Date(now()),
    jump: (ms) => move(offset + ms),
    set: (instant) => move(instant.getTime() - Date.now()),
    reset: () => move(atStart),
    get moves() {
      return moves;
    },
    onMove(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
    sleep(ms, signal) {
      if (signal?.aborted) return Promise.reject(signal.reason as Error);
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const end = (): void => {
        clearTimeout(sleeper.timer);
        sleepers.delete(sleeper);
        signal?.removeEventListener('abort', onAbort);
      };
      const onAbort = (): void => {
        end();
        reject(signal?.reason as Error);
      };
      const sleeper: Sleeper = {
        due: now() + ms,
        timer: undefined,
        wake: () => {
          end();
          resolve();
        },
      };
      sleepers.add(sleeper);
      signal?.addEventListener('abort', onAbort, { once: true });
      schedule(sleeper);
      return promise;
    },
  };
}
