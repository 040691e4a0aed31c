/** Hints from outside. One that comes while nobody waits is kept. */
export interface Waker {
  /** Resolves at the next hint, or at once if one was kept. Never settles once `signal` has aborted. */
  next(signal: AbortSignal): Promise<void>;
}

/** Reads `wake` until `stop`. Its end ends nothing, and neither does its failure. */
export function createWaker(wake: AsyncIterable<void> | undefined, stop: AbortSignal): Waker {
  const waiting = new Set<() => void>();
  let kept = false;
  const read = async (iterator: AsyncIterator<void>): Promise<void> => {
    stop.addEventListener('abort', () => void iterator.return?.().then(undefined, () => {}), { once: true });
    while (!(await iterator.next()).done && !stop.aborted) {
      kept = waiting.size === 0;
      for (const wakeUp of waiting) wakeUp();
      waiting.clear();
    }
  };
  if (wake) read(wake[Symbol.asyncIterator]()).catch(() => {});
  return {
    async next(signal) {
      if (!kept) {
        await new Promise<void>((resolve) => {
          waiting.add(resolve);
          signal.addEventListener('abort', () => waiting.delete(resolve), { once: true });
        });
      }
      kept = false;
    },
  };
}
