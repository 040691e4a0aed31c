import type { FaultName } from './catalogue.ts';
import type { FaultPlace, FaultRegistry } from './registry.ts';

/** Waits while a fault stands, as one that hangs does; until the abort at most. Each wait counts as struck. */
export async function waitWhile(faults: FaultRegistry, name: FaultName, place?: FaultPlace, signal?: AbortSignal): Promise<void> {
  if (!faults.take(name, place)) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const look = (): void => {
    if (signal?.aborted || !faults.peek(name, place)) resolve();
  };
  using _ = faults.onEnd(name, look);
  signal?.addEventListener('abort', look, { once: true });
  look();
  await promise;
  signal?.removeEventListener('abort', look);
}
