import type { TenantClock } from '../clock.ts';
import type { Directory } from '../directory/directory.ts';
import { GraphError, tooManyRequests } from './http/graph-error.ts';

/** Counts what an app asks of a mailbox (FACTS.md E12). */
export interface Throttle {
  /** Throws a 429, or lets the request in; the slot it holds is given back by disposal. A refused request counts too. */
  enter(app: string, mailbox: string): Disposable;
  /** Throws a 429 when more was uploaded than five minutes take. */
  upload(app: string, mailbox: string, bytes: number): void;
}

interface Use {
  running: number;
  readonly requests: Window;
  readonly uploaded: Window;
}

const MINUTE = 60_000;

export function createThrottle({ clock, directory }: { readonly clock: TenantClock; readonly directory: Directory }): Throttle {
  const uses = new Map<string, Use>();
  const useOf = (app: string, mailbox: string): Use => {
    const key = `${app} ${mailbox}`;
    const use = uses.get(key) ?? { running: 0, requests: new Window(10 * MINUTE), uploaded: new Window(5 * MINUTE) };
    uses.set(key, use);
    return use;
  };
  const now = (): number => clock.now().getTime();
  return {
    enter(app, mailbox) {
      const { graphConcurrency, graphRequests } = directory.tenant.limits;
      const use = useOf(app, mailbox);
      if (use.requests.add(1, now()) > graphRequests) throw tooManyRequests().with(retryAfter(use.requests.left(now())));
      if (use.running >= graphConcurrency) throw throttled('Application is over its MailboxConcurrency limit.', 1_000);
      use.running += 1;
      let left = false;
      return {
        [Symbol.dispose]: () => {
          if (!left) use.running -= 1;
          left = true;
        },
      };
    },
    upload(app, mailbox, bytes) {
      const { uploaded } = useOf(app, mailbox);
      if (uploaded.add(bytes, now()) > directory.tenant.limits.graphUploadBytes) throw throttled('Application is over its UploadBytes limit.', uploaded.left(now()));
    },
  };
}

const retryAfter = (ms: number) => ({ 'Retry-After': String(Math.max(1, Math.ceil(ms / 1_000))) });
const throttled = (message: string, ms: number): GraphError => new GraphError(429, 'ApplicationThrottled', message, retryAfter(ms));

/** What was counted since a window began; the next begins with what comes first after its end. */
class Window {
  readonly #length: number;
  #began = -Infinity;
  #count = 0;

  constructor(length: number) {
    this.#length = length;
  }

  add(count: number, now: number): number {
    if (now - this.#began >= this.#length || now < this.#began) {
      this.#began = now;
      this.#count = 0;
    }
    this.#count += count;
    return this.#count;
  }

  left(now: number): number {
    return this.#began + this.#length - now;
  }
}
