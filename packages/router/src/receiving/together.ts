import { anySignal } from '@signalbox/kit';

/** Runs them side by side under one signal. The first failure ends all of them; it is thrown once every one has ended. */
export async function together(signal: AbortSignal, ...works: readonly ((signal: AbortSignal) => Promise<void>)[]): Promise<void> {
  const over = new AbortController();
  const until = anySignal(signal, over.signal) ?? signal;
  let failure: { readonly error: unknown } | undefined;
  await Promise.all(
    works.map(async (work) => {
      try {
        await work(until);
      } catch (error) {
        failure ??= { error };
        over.abort(error);
      }
    }),
  );
  signal.throwIfAborted();
  if (failure) throw failure.error;
}
