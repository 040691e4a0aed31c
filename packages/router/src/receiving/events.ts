import { createBell } from '@signalbox/kit';
import type { MailError } from '@signalbox/core';
import type { RouterError } from '@signalbox/store';
import type { GapReason } from './folder-reader.ts';

/** What happens in a router that somebody may want to know. None of it has to be acted upon. */
export type RouterEvent =
  | ({ readonly type: 'mailbox-active' } & About)
  /** Tried again at `retryAt`. */
  | ({ readonly type: 'mailbox-failed'; readonly error: MailError | RouterError; readonly retryAt: Date } & About)
  /** Active but silent: nothing was heard for one and a half intervals, and the transport is opened anew. */
  | ({ readonly type: 'mailbox-silent'; readonly error: MailError } & About)
  /** The position is lost. Everything the folder holds is compared with what is known, and delivered where it is not. */
  | ({ readonly type: 'gap-found'; readonly reason: GapReason; readonly since?: Date } & About)
  | ({ readonly type: 'gap-closed'; readonly delivered: number } & About)
  | ({ readonly type: 'audit-finished'; readonly found: number } & About)
  /** So many messages became deliveries. */
  | ({ readonly type: 'deliveries-recorded'; readonly count: number } & About)
  /** Something became of a mail that is to be sent; `state` is what it is now. */
  | { readonly type: 'outbox-changed'; readonly mailbox: string; readonly entry: string; readonly event: string; readonly state: string; readonly at: Date }
  | { readonly type: 'delivery-dead'; readonly mailbox: string; readonly delivery: string; readonly at: Date };

interface About {
  readonly mailbox: string;
  /** As the configuration names it: its role or its path. */
  readonly folder: string;
  readonly at: Date;
}

export interface EventHub<Event> {
  emit(event: Event): void;
  /** From the next event on, until the signal aborts or the hub closes. Whoever reads too slowly misses the oldest. */
  subscribe(signal?: AbortSignal): AsyncIterableIterator<Event>;
  close(): void;
}

const MOST_WAITING = 1_000;

export function createEventHub<Event>(): EventHub<Event> {
  const readers = new Set<{ readonly waiting: Event[]; ring(): void }>();
  const closing = new AbortController();
  return {
    emit(event) {
      for (const reader of readers) {
        if (reader.waiting.length >= MOST_WAITING) reader.waiting.shift();
        reader.waiting.push(event);
        reader.ring();
      }
    },
    subscribe(signal) {
      const bell = createBell();
      const reader = { waiting: [] as Event[], ring: () => bell.ring() };
      readers.add(reader); // at once, and not when the first event is asked for
      return read(reader.waiting, (until) => bell.next(until), [closing.signal, ...(signal ? [signal] : [])], () => readers.delete(reader));
    },
    close: () => closing.abort(),
  };
}

async function* read<Event>(waiting: Event[], next: (signal: AbortSignal) => Promise<void>, signals: readonly AbortSignal[], leave: () => void): AsyncGenerator<Event, void, undefined> {
  const over = AbortSignal.any([...signals]);
  const ended = aborted(over);
  try {
    while (!over.aborted) {
      const event = waiting.shift();
      if (event) yield event;
      else await Promise.race([next(over), ended]);
    }
  } finally {
    leave();
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
