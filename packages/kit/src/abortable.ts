/**
 * Settles with `promise`, or rejects with `signal.reason` as soon as the signal aborts.
 * The work behind the promise goes on unless it listens to the signal itself.
 */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    const stopListening = (): void => signal.removeEventListener('abort', onAbort);
    promise.then(resolve, reject).finally(stopListening);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}

/**
 * Iterates so that a pending `next()` settles on abort, even where the source would wait for ever.
 * The source is closed on abort, on `break` and on failure, without waiting for a step that may hang.
 */
export async function* abortableIterable<T>(source: AsyncIterable<T>, signal: AbortSignal | undefined): AsyncGenerator<T, void, undefined> {
  signal?.throwIfAborted();
  const iterator = source[Symbol.asyncIterator]();
  let finished = false;
  try {
    for (;;) {
      signal?.throwIfAborted(); // also when the abort came while the reader was busy: no further step begins
      const step = await abortable(iterator.next(), signal);
      if (step.done) {
        finished = true;
        return;
      }
      yield step.value;
    }
  } finally {
    if (!finished) {
      const closing = iterator.return?.();
      closing?.then(undefined, () => {}); // the reader has left; a late failure has no one to go to
    }
  }
}

/** One signal that aborts when any of them does; `undefined` when none is given. */
export function anySignal(...signals: readonly (AbortSignal | undefined)[]): AbortSignal | undefined {
  const given = signals.filter((signal) => signal !== undefined);
  return given.length > 1 ? AbortSignal.any(given) : given[0];
}
