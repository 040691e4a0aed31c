import { type CallOptions, type Clock, MailError } from '@signalbox/core';
import { singleFlight } from '@signalbox/kit';

/** Things that are opened at most once per key and closed together. A failed opening is forgotten, so that the next call tries again. */
export interface OnceOnly<Value extends AsyncDisposable> extends AsyncDisposable {
  /** `work` gets the signal of the whole set, not of one caller: others may be waiting for the same thing. Throws `transport.closed`. */
  get(key: string, work: (signal: AbortSignal) => Promise<Value>, options?: CallOptions): Promise<Value>;
  /** Closes what is open under the key, so that the next call opens it anew. */
  discard(key: string): Promise<void>;
  /** Closes what is open under any other key, now or as soon as it has been opened: whoever waits for that gets `transport.closed`. */
  retain(keys: ReadonlySet<string>): Promise<void>;
}

export interface OnceOptions {
  readonly clock: Clock;
  /** Told of what fails on closing, where nobody is left to throw to. */
  readonly onCloseFailure: (error: unknown) => void;
}

export function onceOnly<Value extends AsyncDisposable>({ clock, onCloseFailure }: OnceOptions): OnceOnly<Value> {
  const opened = new Map<string, Value>();
  const opening = new Set<Promise<Value>>();
  const flights = singleFlight<Value>();
  const lifetime = new AbortController();
  let retained: ReadonlySet<string> | undefined;
  const closedError = (): MailError => new MailError('transport.closed', 'The connections are closed.');

  const close = async (value: Value): Promise<void> => {
    try {
      await value[Symbol.asyncDispose]();
    } catch (error) {
      onCloseFailure(error);
    }
  };
  const open = async (key: string, work: (signal: AbortSignal) => Promise<Value>): Promise<Value> => {
    const value = await work(lifetime.signal);
    if (lifetime.signal.aborted) {
      await close(value); // it came too late for the closing of the rest
      throw closedError();
    }
    if (retained && !retained.has(key)) {
      await close(value);
      throw new MailError('transport.closed', 'The configuration has changed meanwhile.');
    }
    opened.set(key, value);
    return value;
  };

  return {
    async get(key, work, options) {
      options?.signal?.throwIfAborted();
      if (lifetime.signal.aborted) throw closedError();
      const known = opened.get(key);
      if (known) return known;
      const start = (): Promise<Value> => {
        const flight = open(key, work);
        opening.add(flight);
        flight.finally(() => opening.delete(flight)).catch(() => {}); // its failure goes to whoever asked
        return flight;
      };
      return flights.run(key, start, options?.signal);
    },
    async discard(key) {
      const value = opened.get(key);
      opened.delete(key);
      if (value) await close(value);
    },
    async retain(keys) {
      retained = keys;
      const others = [...opened].filter(([key]) => !keys.has(key));
      for (const [key] of others) opened.delete(key);
      await Promise.all(others.map(([, value]) => close(value)));
    },
    async [Symbol.asyncDispose]() {
      lifetime.abort(closedError());
      const values = [...opened.values()];
      opened.clear();
      await Promise.all(values.map(close));
      await waitFor(opening, clock);
    },
  };
}

/** A plugin that does not listen to its signal keeps nobody from leaving; what it opens in the end is closed then. */
const LONGEST_WAIT_MS = 10_000;

async function waitFor(opening: ReadonlySet<Promise<unknown>>, clock: Clock): Promise<void> {
  if (opening.size === 0) return;
  const settled = new AbortController();
  const waiting = clock.sleep(LONGEST_WAIT_MS, settled.signal).catch(() => {}); // the rejection is only the end of waiting
  await Promise.race([Promise.allSettled(opening), waiting]);
  settled.abort();
}
