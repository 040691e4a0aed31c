/** Ends with the first of them, or with the signal; never rejects. */
export async function either(first: (until: AbortSignal) => Promise<void>, second: (until: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const done = new AbortController();
  const until = AbortSignal.any([signal, done.signal]);
  const aborted = new Promise<void>((resolve) => until.addEventListener('abort', () => resolve(), { once: true }));
  await Promise.race([first(until), second(until).catch(() => {}), aborted]);
  done.abort();
}
