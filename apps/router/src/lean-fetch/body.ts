/** The connection that an answer comes over. */
export interface Flow {
  pause(): void;
  resume(): void;
  /** Cuts the connection. */
  abort(reason: Error): void;
}

/** So much waits for a reader before the server has to. */
export const HIGH_WATER = 64 * 1_024;

type Waiting = Pick<PromiseWithResolvers<void>, 'resolve' | 'reject'>;

/**
 * The octets of an answer, on their way from the connection to whoever reads them: piece by piece, or all at once. There is one reader, who waits
 * for one thing at a time.
 */
export class LeanBody {
  readonly #flow: Flow;
  #chunks: Uint8Array[] = [];
  #size = 0;
  #isPaused = false;
  #wantsAll = false;
  #hasEnded = false;
  #failure: { readonly reason: unknown } | undefined;
  #waiting: Waiting | undefined;
  #holder: WeakKey | undefined;

  constructor(flow: Flow) {
    this.#flow = flow;
  }

  /**
   * Whoever can read it keeps this. When the server has to wait and nobody has it any more, nobody will ever read: the connection is cut.
   * Only then, since what is watched for its end outlives many collections, and most answers are small.
   */
  heldBy(holder: WeakKey): void {
    this.#holder = holder;
  }

  /** Nothing more comes. */
  get hasEnded(): boolean {
    return this.#hasEnded || this.#failure !== undefined;
  }

  push(chunk: Uint8Array): void {
    if (this.hasEnded) return;
    this.#chunks.push(chunk);
    this.#size += chunk.byteLength;
    if (!this.#wantsAll) {
      if (this.#size >= HIGH_WATER && !this.#isPaused) {
        this.#pause();
      }
      this.#wake();
    }
  }

  end(): void {
    this.#hasEnded = true;
    this.#wake();
  }

  /** What has come and was not read is lost, as it is with `fetch`. */
  fail(reason: unknown): void {
    if (this.hasEnded) return;
    this.#failure = { reason };
    this.#chunks = [];
    this.#waiting?.reject(reason);
    this.#waiting = undefined;
  }

  /** Whoever reads wants no more of it. */
  cancel(): void {
    this.#chunks = [];
    if (this.hasEnded) return;
    this.end();
    this.#flow.abort(new Error('Nobody wants the rest of the answer.'));
  }

  /** The next piece, if it is there already. */
  take(): Uint8Array | undefined {
    const chunk = this.#chunks.shift();
    this.#size -= chunk?.byteLength ?? 0;
    this.#flowOn();
    return chunk;
  }

  /** The next piece; `undefined` at the end. */
  async next(): Promise<Uint8Array | undefined> {
    for (let chunk = this.take(); ; chunk = this.take()) {
      if (chunk || this.#hasEnded) return chunk;
      await this.#more();
    }
  }

  /** All of them. */
  async all(): Promise<readonly Uint8Array[]> {
    this.#wantsAll = true;
    this.#flowOn();
    while (!this.#hasEnded) await this.#more();
    return this.#chunks.splice(0);
  }

  /** Nobody is left who could read; but who asked for all of it needs nothing more than to wait. */
  forget(): void {
    if (!this.#wantsAll) this.cancel();
  }

  #pause(): void {
    this.#isPaused = true;
    this.#flow.pause();
    if (this.#holder) forgotten.register(this.#holder, this);
    this.#holder = undefined;
  }

  #more(): Promise<void> {
    if (this.#failure) return Promise.reject(this.#failure.reason);
    const { promise, ...waiting } = Promise.withResolvers<void>();
    this.#waiting = waiting;
    return promise;
  }

  #wake(): void {
    this.#waiting?.resolve();
    this.#waiting = undefined;
  }

  #flowOn(): void {
    if (!this.#isPaused || (!this.#wantsAll && this.#size >= HIGH_WATER)) return;
    this.#isPaused = false;
    this.#flow.resume();
  }
}

const forgotten = new FinalizationRegistry<LeanBody>((body) => body.forget());
