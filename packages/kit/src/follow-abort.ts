export interface FollowingAbort extends Disposable {
  readonly signal: AbortSignal;
  abort(reason?: unknown): void;
}

/**
 * Aborts when one of these does, with its reason, or by itself; disposed of, it follows nobody. For what lasts as long as a mailbox is read:
 * `AbortSignal.any` registers every source of every source with the garbage collector, which makes kilobytes of a few signals on top of each other.
 */
export function followAbort(...signals: readonly AbortSignal[]): FollowingAbort {
  const controller = new AbortController();
  const followed = signals.map((signal) => ({ signal, follow: () => controller.abort(signal.reason) }));
  for (const { signal, follow } of followed) {
    if (signal.aborted) follow();
    else signal.addEventListener('abort', follow, { once: true });
  }
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    [Symbol.dispose]() {
      for (const { signal, follow } of followed) signal.removeEventListener('abort', follow);
    },
  };
}
