import { abortable } from './abortable.ts';

/** Runs one call per key at a time; callers that come meanwhile share its outcome. */
export interface SingleFlight<T> {
  /** A caller's abort ends its own wait only: the others still want the answer. */
  run(key: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
}

export function singleFlight<T>(): SingleFlight<T> {
  const running = new Map<string, Promise<T>>();
  return {
    run(key, work, signal) {
      let flight = running.get(key);
      if (!flight) {
        flight = (async () => work())().finally(() => running.delete(key));
        running.set(key, flight);
      }
      return abortable(flight, signal);
    },
  };
}
