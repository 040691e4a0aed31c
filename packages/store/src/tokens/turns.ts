import { randomUUID } from 'node:crypto';
import { type Clock, isMailError, type Logger } from '@signalbox/core';
import { createLimiter, type Limiter } from '@signalbox/kit';
import type { Holder, TokenTurns, Turn } from './turn-rows.ts';

export interface TurnsOptions {
  readonly rows: TokenTurns;
  readonly clock: Clock;
  readonly log: Logger;
  /** As in the rows. */
  readonly leaseMs: number;
}

/** Sees to it that one at a time works on a record: first in this process, in the order they came, then among all processes on the database. */
export interface Turns {
  /** Waits until the record is the caller's. Rejects with `signal.reason`. */
  wait(name: string, signal: AbortSignal | undefined): Promise<Turn>;
  /** Runs `work` and keeps the turn meanwhile, however long it takes. */
  holding<T>(name: string, owner: string, work: () => Promise<T>): Promise<T>;
  /** The queue of this process for one record. */
  queue(name: string, signal: AbortSignal | undefined): Promise<Disposable>;
}

const FIRST_LOOK_MS = 10;
const LONGEST_LOOK_MS = 250;
/** Beats per lease: a holder that misses one or two is busy, not dead. */
const BEATS = 4;

export function createTurns({ rows, clock, log, leaseMs }: TurnsOptions): Turns {
  const queues = createQueues();
  return {
    queue: (name, signal) => queues.enter(name, signal),
    async wait(name, signal) {
      const owner = randomUUID();
      const watch = watchHolder(leaseMs);
      for (let pause = FIRST_LOOK_MS; ; pause = Math.min(LONGEST_LOOK_MS, pause * 2)) {
        signal?.throwIfAborted();
        const turn = await rows.take(name, owner, watch.stale(await rows.holder(name)));
        if (turn) return turn;
        await clock.sleep(pause * (0.5 + Math.random() / 2), signal);
      }
    },
    async holding(name, owner, work) {
      const done = new AbortController();
      const beating = beat(async () => rows.keep(name, owner), { clock, log, everyMs: leaseMs / BEATS, signal: done.signal });
      try {
        return await work();
      } finally {
        done.abort();
        await beating;
      }
    },
  };
}

interface HolderWatch {
  /** The holder, once it has shown no life for a whole lease. */
  stale(holder: Holder | undefined): Holder | undefined;
}

/**
 * The lease's end is told by a clock that somebody may set back, and then it would not come for hours. A holder that lives moves
 * the end with every beat: one that does not for a whole lease, by a clock that nobody sets, is dead.
 */
function watchHolder(leaseMs: number): HolderWatch {
  let seen: Holder | undefined;
  let since = 0;
  return {
    stale(holder) {
      if (!holder || holder.owner !== seen?.owner || holder.until !== seen.until) {
        seen = holder;
        since = performance.now();
        return undefined;
      }
      return performance.now() - since > leaseMs ? holder : undefined;
    },
  };
}

interface BeatOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly everyMs: number;
  readonly signal: AbortSignal;
}

/**
 * Beats until the signal aborts, or until there is nothing left to keep. Never rejects: what a failure means is seen at the commit. A beat
 * that failed, on a busy database perhaps, is followed by others: the turn is ours until another has taken it.
 */
async function beat(keep: () => Promise<boolean>, { clock, log, everyMs, signal }: BeatOptions): Promise<void> {
  while (await clock.sleep(everyMs, signal).then(() => true, () => false)) {
    try {
      if (await keep()) continue;
      log.log('warn', 'store.turn-lost');
      return;
    } catch (error) {
      if (!signal.aborted) log.log('warn', 'store.turn-not-kept', { code: isMailError(error) ? error.code : 'internal' });
    }
  }
}

interface Queues {
  enter(name: string, signal: AbortSignal | undefined): Promise<Disposable>;
}

/** A queue per name, for as long as somebody stands in it. */
function createQueues(): Queues {
  const queues = new Map<string, { readonly limiter: Limiter; size: number }>();
  return {
    async enter(name, signal) {
      const queue = queues.get(name) ?? { limiter: createLimiter(1), size: 0 };
      queues.set(name, queue);
      queue.size += 1;
      const leave = (): void => {
        queue.size -= 1;
        if (queue.size === 0) queues.delete(name);
      };
      try {
        const place = await queue.limiter.acquire(signal);
        return {
          [Symbol.dispose]() {
            place[Symbol.dispose]();
            leave();
          },
        };
      } catch (error) {
        leave();
        throw error;
      }
    },
  };
}
