export interface LinkedAbort extends Disposable {
  readonly signal: AbortSignal;
  abort(reason: unknown): void;
}

/** Begins something that aborts with the given signal, with what all of it ends by, or by itself, until it is disposed of. */
export type LinkAbort = (signal: AbortSignal | undefined) => LinkedAbort;

/**
 * For what happens with every request: `AbortSignal.any` costs as much as the rest of what is done here, since it keeps its books for the
 * garbage collector. The end that all have in common is listened to once.
 */
export function createLinks(end: AbortSignal): LinkAbort {
  const live = new Set<AbortController>();
  end.addEventListener('abort', () => {
    for (const controller of live) controller.abort(end.reason);
  });
  return (given) => {
    const controller = new AbortController();
    const follow = (): void => controller.abort(given?.reason);
    if (end.aborted) controller.abort(end.reason);
    else if (given?.aborted) follow();
    else {
      live.add(controller);
      given?.addEventListener('abort', follow);
    }
    return {
      signal: controller.signal,
      abort: (reason) => controller.abort(reason),
      [Symbol.dispose]: () => {
        live.delete(controller);
        given?.removeEventListener('abort', follow);
      },
    };
  };
}
