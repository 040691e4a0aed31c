import { type Clock, isMailError } from '@signalbox/core';
import { isRouterError } from '@signalbox/store';
import type { Consumer, HandedDelivery } from './handed-delivery.ts';
import { wordsOf } from '../told-error.ts';
import { isUnavailable } from './unavailable.ts';

export type HandOverEvent =
  | { readonly kind: 'taken'; readonly delivery: HandedDelivery; readonly durationMs: number }
  | { readonly kind: 'refused'; readonly delivery: HandedDelivery; readonly error: unknown; readonly retryInMs: number }
  /** The consumer takes nothing now: nothing is handed over for so long. */
  | { readonly kind: 'unavailable'; readonly error: Error; readonly retryInMs: number }
  /** The consumer has it, and the store could not be told: it is handed over again, under the same id. */
  | { readonly kind: 'unacknowledged'; readonly delivery: HandedDelivery; readonly error: unknown };

export interface HandOverOptions {
  readonly deliveries: AsyncIterable<HandedDelivery>;
  readonly consumer: Consumer;
  /** Deliveries in the consumer's hands at the same time. */
  readonly atOnce: number;
  readonly clock: Clock;
  /** No more is begun from then on. The iterable is to end with it. */
  readonly drain: AbortSignal;
  readonly emit: (event: HandOverEvent) => void;
}

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 600_000;
/** A consumer that is there again should not be kept waiting. */
const LONGEST_PAUSE_MS = 30_000;

const waitAfter = (failures: number, longest: number): number => Math.min(longest, FIRST_WAIT_MS * 2 ** Math.min(20, failures));

/** Hands over until there is nothing more to come, then waits for what has begun. Throws what the iterable throws. */
export async function handOver({ deliveries, atOnce, clock, drain, consumer, emit }: HandOverOptions): Promise<void> {
  const running = new Set<Promise<void>>();
  const pause = createPause(clock, emit);
  try {
    for await (const delivery of deliveries) {
      const task: Promise<void> = handOne(delivery, { consumer, emit, pause, clock }).finally(() => running.delete(task));
      running.add(task);
      if (running.size >= atOnce) await Promise.race(running);
      await pause.over(drain);
    }
  } finally {
    await Promise.all(running);
  }
}

interface Pause {
  /** Answers how long it is. */
  begin(error: Error): number;
  /** A consumer that takes something is there. */
  end(): void;
  over(signal: AbortSignal): Promise<void>;
}

function createPause(clock: Clock, emit: HandOverOptions['emit']): Pause {
  let [until, failures] = [0, 0];
  return {
    begin(error) {
      const now = clock.now().getTime();
      if (until > now) return until - now; // told, and counted
      const retryInMs = waitAfter(failures, LONGEST_PAUSE_MS);
      [until, failures] = [now + retryInMs, failures + 1];
      emit({ kind: 'unavailable', error, retryInMs });
      return retryInMs;
    },
    end: () => void ([until, failures] = [0, 0]),
    async over(signal) {
      const left = until - clock.now().getTime();
      if (left > 0) await clock.sleep(left, signal).catch(() => {}); // drained
    },
  };
}

interface OneOptions extends Pick<HandOverOptions, 'consumer' | 'emit' | 'clock'> {
  readonly pause: Pause;
}

const NEVER = new AbortController().signal;

/** Never throws: what becomes of one delivery is no other's business. */
async function handOne(delivery: HandedDelivery, options: OneOptions): Promise<void> {
  const { consumer, emit, pause, clock } = options;
  const begun = performance.now();
  try {
    await using _kept = keep(delivery, clock);
    // To its end, also while the router is leaving: its own limit of time is the consumer's business.
    await consumer.take(delivery, { signal: NEVER });
  } catch (error) {
    await giveBack(delivery, error, options);
    return;
  }
  pause.end();
  try {
    await delivery.ack();
    emit({ kind: 'taken', delivery, durationMs: Math.round(performance.now() - begun) });
  } catch (error) {
    emit({ kind: 'unacknowledged', delivery, error });
    return;
  }
  await consumer.acknowledged?.(delivery);
}

/** Looked at so often at most, while the store cannot be told. */
const SHORTEST_KEEP_MS = 1_000;

/** While it is in the consumer's hands it stays there, however long that takes: it is extended when half of its time is over. */
function keep(delivery: HandedDelivery, clock: Clock): AsyncDisposable {
  const over = new AbortController();
  const { signal } = over;
  const keeping = (async () => {
    while (!signal.aborted) {
      const left = delivery.visibleUntil.getTime() - clock.now().getTime();
      await clock.sleep(Math.max(SHORTEST_KEEP_MS, left / 2), signal).catch(() => {}); // over
      if (signal.aborted) return;
      try {
        await delivery.extend();
      } catch (error) {
        if (isRouterError(error)) return; // it is somebody else's, or was acknowledged
      }
    }
  })();
  return {
    async [Symbol.asyncDispose]() {
      over.abort();
      await keeping;
    },
  };
}

async function giveBack(delivery: HandedDelivery, error: unknown, { emit, pause }: OneOptions): Promise<void> {
  const uncounted = isUnavailable(error);
  const delayMs = uncounted ? pause.begin(error) : waitAfter(delivery.attempt - 1, LONGEST_WAIT_MS);
  if (!uncounted) emit({ kind: 'refused', delivery, error, retryInMs: delayMs });
  try {
    await delivery.nack({ delayMs, reason: reasonOf(error), ...(uncounted && { uncounted }) });
  } catch (failure) {
    // Its time had run out: it is handed over again already, or was acknowledged by somebody.
    if (!(isRouterError(failure) && failure.code === 'receipt.stale')) emit({ kind: 'unacknowledged', delivery, error: failure });
  }
}

/** For people, and with its code for whoever looks for one. */
const reasonOf = (error: unknown): string => (isMailError(error) ? `${error.message} (${error.code})` : wordsOf(error));
