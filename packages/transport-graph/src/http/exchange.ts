import type { ByteSource } from '@signalbox/core';
import { byteSourceOf } from '@signalbox/kit';
import type { Watchdog } from './watchdog.ts';

/** Up to here an answer is read at once, and its place goes to another request. */
const SMALL = 256 * 1_024;

/** One answer being read. Whoever holds it disposes of it: then its connection is free again, or cut where something was left unread. */
export class Exchange implements AsyncDisposable {
  readonly response: Response;
  readonly #held: DisposableStack;
  readonly #dog: Watchdog;
  readonly #explain: (error: unknown) => unknown;

  constructor(response: Response, held: DisposableStack, dog: Watchdog, explain: (error: unknown) => unknown) {
    this.response = response;
    this.#held = held;
    this.#dog = dog;
    this.#explain = explain;
  }

  /** To the end, or to so many octets: `undefined` where there are more, and then the connection is cut. */
  async text(most: number): Promise<string | undefined> {
    const declared = this.#declared;
    if (declared > most) return undefined;
    // Before anything asks for the stream: there is a cheaper way to what is small.
    const reader: Reader | undefined = declared <= most ? undefined : this.response.body?.getReader();
    if (!reader) return this.response.text();
    const chunks = await this.#upTo(most, reader);
    return chunks && new TextDecoder().decode(joined(chunks));
  }

  /** A small answer is complete when this resolves; a larger one is read as its reader goes, which keeps the exchange open. */
  async source(): Promise<ByteSource> {
    const start = await this.#start();
    return start.reader ? this.#longSource(start.chunks, start.reader) : this.#complete(start.chunks);
  }

  /** A small answer, complete; of a large one nothing, and the connection is cut. */
  async small(): Promise<ByteSource | undefined> {
    try {
      if (this.#declared > SMALL) return undefined;
      const { chunks, reader } = await this.#start();
      await reader?.cancel().catch(() => {}); // nobody asks what became of the rest
      return reader ? undefined : byteSourceOf(joined(chunks));
    } finally {
      await this[Symbol.asyncDispose]();
    }
  }

  /** A length that is told is kept to; where the answer is packed it is another's. */
  get #declared(): number {
    const { headers } = this.response;
    return headers.has('content-encoding') ? Number.NaN : Number(headers.get('content-length') ?? Number.NaN);
  }

  /** All of it, or, with the reader of the rest, as much as counts as small. */
  async #start(): Promise<{ readonly chunks: Uint8Array[]; readonly reader?: Reader }> {
    const reader: Reader | undefined = this.#declared <= SMALL ? undefined : this.response.body?.getReader();
    if (!reader) return { chunks: [new Uint8Array(await this.response.arrayBuffer())] };
    const chunks: Uint8Array[] = [];
    for (let size = 0; size <= SMALL; ) {
      const step = await this.#read(reader);
      if (step.done) return { chunks };
      chunks.push(step.value);
      size += step.value.byteLength;
    }
    return { chunks, reader };
  }

  async #upTo(most: number, reader: Reader): Promise<readonly Uint8Array[] | undefined> {
    const chunks: Uint8Array[] = [];
    let size = 0;
    for (let step = await this.#read(reader); !step.done; step = await this.#read(reader)) {
      chunks.push(step.value);
      size += step.value.byteLength;
      if (size <= most) continue;
      await reader.cancel().catch(() => {}); // nobody asks what became of the rest
      return undefined;
    }
    return chunks;
  }

  async #complete(chunks: readonly Uint8Array[]): Promise<ByteSource> {
    await this[Symbol.asyncDispose]();
    return byteSourceOf(joined(chunks));
  }

  #longSource(first: Uint8Array[], reader: Reader): ByteSource {
    const rest = this.#rest(first, reader);
    return {
      ...(Number.isFinite(this.#declared) && { size: this.#declared }),
      bytes: rest,
      [Symbol.asyncDispose]: async () => {
        await reader.cancel().catch(() => {}); // an iteration that never began has no `finally` to run
        await rest.return();
        this.#held.dispose();
      },
    };
  }

  async #read(reader: Reader): Promise<ReadResult> {
    this.#dog.feed();
    try {
      return await reader.read();
    } catch (error) {
      throw this.#explain(error);
    } finally {
      this.#dog.rest();
    }
  }

  async *#rest(first: Uint8Array[], reader: Reader): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for (let chunk = first.shift(); chunk; chunk = first.shift()) yield chunk;
      for (let step = await this.#read(reader); !step.done; step = await this.#read(reader)) yield step.value;
    } finally {
      await reader.cancel().catch(() => {}); // it has failed, and said so
      this.#held.dispose();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      const body = this.response.bodyUsed ? undefined : this.response.body;
      if (body && !body.locked) await body.cancel().catch(() => {}); // it has failed, and nobody asks any more
    } finally {
      this.#held.dispose();
    }
  }
}

const joined = (chunks: readonly Uint8Array[]): Uint8Array => (chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks));

type Reader = ReadableStreamDefaultReader<Uint8Array>;
type ReadResult = { readonly done: true } | { readonly done: false; readonly value: Uint8Array };

