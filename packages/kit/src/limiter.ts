/** At most `capacity` holders at a time; the rest wait in the order they came. */
export interface Limiter {
  /** Rejects with `signal.reason` when aborted while waiting, without having taken a place. */
  acquire(signal?: AbortSignal): Promise<Place>;
  /** A place if one is free now. */
  tryAcquire(): Place | undefined;
}

/** A place held; disposing it twice frees it once. */
export type Place = Disposable;

export function createLimiter(capacity: number): Limiter {
  if (!Number.isInteger(capacity) || capacity < 1) throw new RangeError(`A limiter needs a whole number of at least 1, not ${capacity}.`);
  const waiting: (() => void)[] = [];
  let held = 0;

  const takePlace = (): Place => {
    let free = false;
    return {
      [Symbol.dispose]() {
        if (free) return;
        free = true;
        const next = waiting.shift();
        if (next) next(); // the place passes on without becoming free in between
        else held -= 1;
      },
    };
  };

  const takeFreePlace = (): Place | undefined => {
    if (held >= capacity) return undefined;
    held += 1;
    return takePlace();
  };

  return {
    tryAcquire: takeFreePlace,
    async acquire(signal) {
      signal?.throwIfAborted();
      const free = takeFreePlace();
      if (free) return free;
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const onAbort = (): void => {
        const position = waiting.indexOf(resolve);
        if (position === -1) return; // let in already, only not awake yet
        waiting.splice(position, 1);
        reject(signal?.reason);
      };
      waiting.push(resolve);
      signal?.addEventListener('abort', onAbort, { once: true });
      try {
        await promise;
      } finally {
        signal?.removeEventListener('abort', onAbort);
      }
      return takePlace();
    },
  };
}
