import type { Clock } from '@signalbox/core';

/** Bites when it waits for food for too long. */
export interface Watchdog extends Disposable {
  feed(): void;
  /** Until it is fed again nothing is expected of anybody. */
  rest(): void;
}

/** Starts one that is hungry from now on. */
export type Kennel = (bite: () => void) => Watchdog;

interface Hungry {
  until: number;
  readonly bite: () => void;
}

/**
 * All the watchdogs of a client, on the host's clock. They share a limit, so that one timer does for all of them: the first to have been fed is
 * the first to bite. It outlasts what it watched by the limit at most, since ending a timer costs more than letting it pass.
 */
export function createKennel(clock: Clock, limitMs: number, end: AbortSignal): Kennel {
  const hungry = new Set<Hungry>();
  let watching = false;
  const now = (): number => clock.now().getTime();

  const biteAll = (at: number): number => {
    let next = at + limitMs;
    for (const dog of hungry) {
      if (dog.until > at) next = Math.min(next, dog.until);
      else if (hungry.delete(dog)) dog.bite();
    }
    return next;
  };
  const watch = async (): Promise<void> => {
    watching = true;
    try {
      while (hungry.size > 0) {
        const at = now();
        const next = biteAll(at);
        if (hungry.size > 0) await clock.sleep(next - at, end);
      }
    } finally {
      watching = false;
    }
  };
  const feed = (dog: Hungry): void => {
    dog.until = now() + limitMs;
    hungry.add(dog);
    if (!watching) watch().catch(() => {}); // called off
  };

  return (bite) => {
    const dog: Hungry = { until: 0, bite };
    const rest = (): void => void hungry.delete(dog);
    feed(dog);
    return { feed: () => feed(dog), rest, [Symbol.dispose]: rest };
  };
}
