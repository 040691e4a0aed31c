import { type Clock, MailError } from '@signalbox/core';
import { anySignal, createLimiter } from '@signalbox/kit';
import type { SmtpConfig } from '../config.ts';
import type { Connector } from './connector.ts';
import type { Session } from './session.ts';

/** A session held by one message at a time. */
export interface Loan extends Disposable {
  readonly session: Session;
  /** It was waiting unused, so the server may have ended it without our knowing. */
  readonly reused: boolean;
}

export interface TakeOptions {
  readonly signal?: AbortSignal | undefined;
  /** Do not trust what was waiting unused: the server has just ended one of those. */
  readonly fresh?: boolean;
}

/** The connections of one mailbox: reused, closed when unused, never more than the configuration allows. */
export class Pool {
  readonly #connector: Connector;
  readonly #clock: Clock;
  readonly #config: SmtpConfig;
  readonly #limiter;
  readonly #closing = new AbortController();
  readonly #idle: { readonly session: Session; readonly since: number }[] = [];
  #reaping = false;

  constructor(connector: Connector, clock: Clock, config: SmtpConfig) {
    this.#connector = connector;
    this.#clock = clock;
    this.#config = config;
    this.#limiter = createLimiter(config.maxConnections);
  }

  /** Aborts on disposal; its reason is `transport.closed`. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  async take({ signal, fresh = false }: TakeOptions): Promise<Loan> {
    this.closing.throwIfAborted();
    const place = await this.#limiter.acquire(signal);
    try {
      this.closing.throwIfAborted();
      const waiting = this.#takeIdle(fresh);
      const either = anySignal(signal, this.closing);
      const session = waiting ?? (await this.#connector.connect(either && { signal: either }));
      return {
        session,
        reused: waiting !== undefined,
        [Symbol.dispose]: () => {
          this.#giveBack(session);
          place[Symbol.dispose]();
        },
      };
    } catch (error) {
      place[Symbol.dispose]();
      throw error;
    }
  }

  close(): void {
    if (this.closing.aborted) return;
    this.#closing.abort(new MailError('transport.closed', 'This transport has been disposed of.'));
    for (const { session } of this.#idle.splice(0)) session.quit();
  }

  #takeIdle(fresh: boolean): Session | undefined {
    if (fresh) for (const { session } of this.#idle.splice(0)) session.destroy();
    for (let entry = this.#idle.pop(); entry; entry = this.#idle.pop()) {
      if (entry.session.usable) return entry.session;
    }
    return undefined;
  }

  #giveBack(session: Session): void {
    if (!session.usable) return;
    if (this.closing.aborted) return session.quit();
    this.#idle.push({ session, since: this.#clock.now().getTime() });
    if (!this.#reaping) void this.#reap();
  }

  /** Ends what nobody has used for a while; runs only while there is something to end. */
  async #reap(): Promise<void> {
    const { idleCloseMs } = this.#config;
    this.#reaping = true;
    try {
      for (let [oldest] = this.#idle; oldest; [oldest] = this.#idle) {
        await this.#clock.sleep(Math.max(1, oldest.since + idleCloseMs - this.#clock.now().getTime()), this.closing);
        const limit = this.#clock.now().getTime() - idleCloseMs;
        for (const entry of this.#idle.filter(({ since, session }) => since <= limit || !session.usable)) {
          this.#idle.splice(this.#idle.indexOf(entry), 1);
          entry.session.quit();
        }
      }
    } catch {
      // disposed of
    } finally {
      this.#reaping = false;
    }
  }
}
