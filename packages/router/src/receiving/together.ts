import { followAbort } from '@signalbox/kit';

/** Runs them side by side under one signal. The first failure ends all of them; it is thrown once every one has ended. */
export async function together(signal: AbortSignal, ...works: readonly ((signal: AbortSignal) => Promise<void>)[]): Promise<void> {
  using over = followAbort(signal);
  let failure: { readonly error: unknown } | undefined;
  await Promise.all(
    works.map(async (work) => {
      try {
        await work(over.signal);
      } catch (error) {
        failure ??= { error };
        over.abort(error);
      }
    }),
  );
  signal.throwIfAborted();
  if (failure) throw failure.error;
}
