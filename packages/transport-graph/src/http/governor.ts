import { type Clock, MailError } from '@signalbox/core';
import { createLimiter } from '@signalbox/kit';

/** Documented for an application in one mailbox (FACTS.md E12). */
const UPLOAD_BYTES = 150 * 1_024 * 1_024;
const UPLOAD_WINDOW_MS = 5 * 60_000;

export interface EnterOptions {
  /** When the caller's patience ends, by the clock. */
  readonly until: number;
  /** The answer is read at the caller's pace. One place is never given to such, so that other calls go on meanwhile. */
  readonly stream: boolean;
  /** What the request uploads. */
  readonly bytes: number;
  readonly signal: AbortSignal | undefined;
  /** More places, if they happen to be free: a batch of requests can use several. Default: one. */
  readonly most?: number;
}

/** Places held together. */
export interface Entry extends Disposable {
  readonly places: number;
}

/**
 * Keeps one mailbox within what Exchange Online takes of an application: requests at a time, octets uploaded, and the pauses the
 * server asks for, which hold for the whole mailbox. Limits are per application and mailbox, and so is this; mailboxes do not wait
 * for one another.
 */
export interface Governor {
  /** Waits its turn. Throws `throttled` as soon as it is plain that patience does not suffice. */
  enter(options: EnterOptions): Promise<Entry>;
  /** No request leaves before. */
  pause(ms: number): void;
}

export function createGovernor(clock: Clock, capacity: number, host: string): Governor {
  const places = createLimiter(capacity);
  const streams = createLimiter(Math.max(1, capacity - 1));
  const uploads = new UploadWindow();
  let pausedUntil = 0;
  const now = (): number => clock.now().getTime();

  const wait = async (until: number, { until: patience, signal }: EnterOptions): Promise<void> => {
    const ms = until - now();
    if (until > patience) throw new MailError('throttled', `${host} asks for fewer requests.`, { retryAfterMs: ms });
    await clock.sleep(ms, signal);
  };
  const stopUntil = (bytes: number): number => Math.max(pausedUntil, uploads.freeAt(bytes, now()));

  const takeFree = (held: DisposableStack, most: number): number => {
    let count = 0;
    for (let place = most > 0 ? places.tryAcquire() : undefined; place; place = count < most ? places.tryAcquire() : undefined) {
      held.use(place);
      count += 1;
    }
    return count;
  };

  return {
    async enter(options) {
      const { stream, bytes, signal, most = 1 } = options;
      using held = new DisposableStack();
      if (stream) held.use(await streams.acquire(signal));
      for (;;) {
        const place = await places.acquire(signal);
        const stop = stopUntil(bytes);
        if (stop <= now()) {
          uploads.add(bytes, now());
          held.use(place);
          const count = 1 + takeFree(held, most - 1);
          const taken = held.move();
          return { places: count, [Symbol.dispose]: () => taken.dispose() };
        }
        place[Symbol.dispose](); // who waits for the server's leave keeps no place from those who need none
        await wait(stop, options);
      }
    },
    pause(ms) {
      pausedUntil = Math.max(pausedUntil, now() + ms);
    },
  };
}

/** What was uploaded within the last five minutes. */
class UploadWindow {
  readonly #sent: { readonly at: number; readonly bytes: number }[] = [];
  #total = 0;

  /** When so many octets may leave: at once, where they fit, or are more than ever fit. */
  freeAt(bytes: number, now: number): number {
    if (bytes === 0) return 0;
    this.#forget(now);
    let over = this.#total + Math.min(bytes, UPLOAD_BYTES) - UPLOAD_BYTES;
    let at = 0;
    for (const sent of this.#sent) {
      if (over <= 0) break;
      over -= sent.bytes;
      at = sent.at + UPLOAD_WINDOW_MS;
    }
    return at;
  }

  add(bytes: number, now: number): void {
    if (bytes === 0) return;
    this.#sent.push({ at: now, bytes });
    this.#total += bytes;
  }

  #forget(now: number): void {
    for (let [first] = this.#sent; first && first.at + UPLOAD_WINDOW_MS <= now; [first] = this.#sent) {
      this.#sent.shift();
      this.#total -= first.bytes;
    }
  }
}
