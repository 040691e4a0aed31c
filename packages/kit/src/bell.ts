/** Hints that it is time to look, for whoever asks next: many are one. */
export interface Bell {
  ring(): void;
  /** Resolves at the next ring, or at once after one that nobody heard. Never settles once `signal` has aborted. */
  next(signal: AbortSignal): Promise<void>;
}

export function createBell(): Bell {
  const waiting = new Set<() => void>();
  let kept = false;
  return {
    ring() {
      kept = waiting.size === 0;
      for (const wake of waiting) wake();
      waiting.clear();
    },
    async next(signal) {
      if (!kept) {
        await new Promise<void>((resolve) => {
          const wake = (): void => {
            signal.removeEventListener('abort', forget);
            resolve();
          };
          const forget = (): void => void waiting.delete(wake);
          waiting.add(wake);
          signal.addEventListener('abort', forget, { once: true });
        });
      }
      kept = false;
    },
  };
}

/** A bell that the hints of `ChangesRequest.wake` ring until `stop`. Their end ends nothing, and neither does their failure. */
export function bellOf(hints: AsyncIterable<void> | undefined, stop: AbortSignal): Bell {
  const bell = createBell();
  const read = async (iterator: AsyncIterator<void>): Promise<void> => {
    stop.addEventListener('abort', () => void iterator.return?.().then(undefined, () => {}), { once: true });
    while (!(await iterator.next()).done && !stop.aborted) bell.ring();
  };
  if (hints) read(hints[Symbol.asyncIterator]()).catch(() => {});
  return bell;
}
