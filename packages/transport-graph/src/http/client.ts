import { type ByteSource, type CallOptions, type Clock, type CredentialSource, type Logger, MailError } from '@signalbox/core';
import { anySignal } from '@signalbox/kit';
import type { GraphConfig } from '../config.ts';
import { attempt, type ReadExchange, type Wire } from './attempt.ts';
import { type BatchItem, type BatchOutcome, runBatch } from './batch.ts';
import { Call } from './call.ts';
import { createGovernor, type Entry } from './governor.ts';
import { createLinks } from './linked-abort.ts';
import { planRepeat } from './repeat.ts';
import { addressOf, type GraphRequest, refuseForeign } from './request.ts';
import { createKennel } from './watchdog.ts';

export interface ClientOptions {
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  readonly log: Logger;
  readonly credentials: CredentialSource;
  readonly config: GraphConfig;
  /** Names the mailbox: `/users/…`. */
  readonly root: string;
}

/** Octets of JSON. The largest page that is asked for has a few megabytes. */
const LARGEST_ANSWER = 64 * 1_024 * 1_024;

/** An answer whose body says nothing. */
export interface Outcome {
  readonly status: number;
  readonly headers: Headers;
}

/** What only a batch says of its request. */
interface Circumstance {
  readonly entry?: Entry;
  /** It is sent again, and was perhaps carried out before. */
  readonly onDoubt?: () => void;
}

/**
 * Asks Graph on behalf of one mailbox: a credential for each request, the limits of the mailbox kept, what may be repeated repeated.
 * Every failure is a `MailError`; an abort rejects with its reason.
 */
export class GraphClient implements AsyncDisposable {
  readonly host: string;
  readonly clock: Clock;
  readonly #wire: Wire;
  readonly #base: string;
  readonly #root: string;
  readonly #places: number;
  readonly #origin: string;
  readonly #patienceMs: number;
  readonly #closed = new AbortController();

  constructor({ root, ...options }: ClientOptions) {
    const { config, clock } = options;
    const { origin, host } = new URL(config.baseUrl);
    this.host = host;
    this.clock = clock;
    this.#base = config.baseUrl;
    this.#root = config.baseUrl + root;
    this.#places = config.maxConcurrency;
    this.#origin = origin;
    this.#patienceMs = config.throttlePatienceMs;
    const { closed } = this;
    this.#wire = { ...options, host, governor: createGovernor(clock, config.maxConcurrency, host), kennel: createKennel(clock, config.requestTimeoutMs, closed), closed, link: createLinks(closed) };
  }

  /** Aborts with `transport.closed` on disposal. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  /** The answer as JSON. Its shape is the server's word: any member may be absent. */
  json<T>(request: GraphRequest): Promise<T> {
    return this.#perform(request, false, async (exchange) => {
      await using _ = exchange;
      return this.#parse(await exchange.text(LARGEST_ANSWER)) as T;
    });
  }

  /** Many requests in few, each with its own outcome, in the order given. */
  async batch<T>(items: readonly BatchItem[], options: CallOptions = {}): Promise<readonly BatchOutcome<T>[]> {
    const { governor } = this.#wire;
    const outcomes = await runBatch(
      {
        clock: this.clock,
        host: this.host,
        root: this.#root.slice(this.#base.length),
        until: this.clock.now().getTime() + this.#patienceMs,
        signal: anySignal(options.signal, this.closed),
        governor,
        most: this.#places,
        send: (body, entry, onDoubt) => this.#perform({ ...options, method: 'POST', path: `${this.#base}/$batch`, body: { json: body }, idempotent: true }, false, async (exchange) => {
          await using _ = exchange;
          return this.#parse(await exchange.text(LARGEST_ANSWER));
        }, { entry, onDoubt }),
      },
      items,
    );
    return outcomes as readonly BatchOutcome<T>[];
  }

  /** The answer's octets. A place is held until a large one is read, or disposed of. */
  open(request: GraphRequest): Promise<ByteSource> {
    return this.#perform(request, true, async (exchange) => exchange.source());
  }

  /** The same where it is small, and held in memory; `undefined` where it is large, and then nothing of it is left. */
  openSmall(request: GraphRequest): Promise<ByteSource | undefined> {
    return this.#perform(request, false, async (exchange) => exchange.small());
  }

  /** For requests whose answer says nothing but that it was done. */
  run(request: GraphRequest): Promise<Outcome> {
    return this.#perform(request, false, async (exchange) => {
      await using _ = exchange;
      await exchange.text(LARGEST_ANSWER); // read to its end, it leaves the connection to the next request
      const { status, headers } = exchange.response;
      return { status, headers };
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed.abort(new MailError('transport.closed', 'The transport was closed.'));
  }

  /** Until it worked, or is not to be repeated, or patience has ended. */
  async #perform<T>(request: GraphRequest, stream: boolean, read: ReadExchange<T>, { entry, onDoubt }: Circumstance = {}): Promise<T> {
    const { clock, governor } = this.#wire;
    request.signal?.throwIfAborted();
    this.closed.throwIfAborted();
    const call = new Call(request, addressOf(this.#root, request), stream);
    if (!call.anonymous) refuseForeign(call.address, this.#origin);
    const until = clock.now().getTime() + (request.patienceMs ?? this.#patienceMs);
    for (;;) {
      const result = await attempt(this.#wire, call, { until, ...(entry && call.attempt === 1 && !call.handedBack && { entry }) }, read);
      if ('value' in result) return result.value;
      if (call.handsBack(result)) continue;
      const repeat = planRepeat(result, call.tries, call.idempotent);
      if (repeat?.pause) governor.pause(repeat.waitMs);
      if (!repeat || (repeat.waitMs > 0 && clock.now().getTime() + repeat.waitMs > until)) throw result.error;
      if (repeat.waitMs > 0) await clock.sleep(repeat.waitMs, anySignal(request.signal, this.closed));
      if (result.error.code !== 'throttled') onDoubt?.();
      call.repeats(repeat.fresh);
    }
  }

  #parse(text: string | undefined): unknown {
    if (text === undefined) throw new MailError('protocol.violation', `${this.host} answered with more than ${LARGEST_ANSWER} octets of JSON.`);
    try {
      return JSON.parse(text);
    } catch {
      throw new MailError('protocol.violation', `${this.host} answered with something other than JSON.`);
    }
  }
}
