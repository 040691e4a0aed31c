import { Response as WholeResponse } from 'undici';
import type { LeanBody } from './body.ts';
import type { LeanHeaders } from './headers.ts';
import { streamOf } from './stream.ts';

export interface LeanAnswer {
  readonly status: number;
  readonly statusText: string;
  readonly headers: LeanHeaders;
  readonly url: URL;
}

/**
 * An answer with the whole interface of a `Response`. What most ask for goes the short way: the header without its books, the content without a
 * stream. The rest goes over a stream, and real ones made of it.
 */
export class LeanResponse implements Response {
  readonly status: number;
  readonly statusText: string;
  readonly headers: LeanHeaders;
  readonly redirected = false;
  readonly type = 'basic';
  readonly #answer: LeanAnswer;
  /** Absent where there is none; a stream where this is a clone, or was cloned. */
  #source: LeanBody | ReadableStream<Uint8Array> | null;
  #stream: ReadableStream<Uint8Array> | undefined;
  #isUsed = false;
  /** The stream keeps it too, by what it tells of its reading. */
  readonly #hold = {};

  constructor(answer: LeanAnswer, source: LeanBody | ReadableStream<Uint8Array> | null) {
    this.status = answer.status;
    this.statusText = answer.statusText;
    this.headers = answer.headers;
    this.#answer = answer;
    this.#source = source;
    if (source && !(source instanceof ReadableStream)) source.heldBy(this.#hold);
  }

  get ok(): boolean {
    return this.status >= 200 && this.status <= 299;
  }

  get url(): string {
    const { href, hash } = this.#answer.url;
    return hash === '' ? href : href.slice(0, -hash.length);
  }

  get bodyUsed(): boolean {
    return this.#isUsed;
  }

  get body(): ReadableStream<Uint8Array> | null {
    if (this.#stream || !this.#source) return this.#stream ?? null;
    const onRead = (): void => void (this.#isUsed = true);
    return (this.#stream = this.#source instanceof ReadableStream ? watched(this.#source, onRead) : streamOf(this.#source, onRead));
  }

  async text(): Promise<string> {
    return textOf(await this.#octets());
  }

  async json(): Promise<unknown> {
    return JSON.parse(textOf(await this.#octets()));
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return joined(await this.#octets()).buffer;
  }

  async bytes(): Promise<Uint8Array> {
    return joined(await this.#octets());
  }

  async blob(): ReturnType<Response['blob']> {
    return this.#whole().blob();
  }

  async formData(): ReturnType<Response['formData']> {
    return this.#whole().formData();
  }

  textStream(): ReadableStream<string> {
    return this.#whole().textStream();
  }

  clone(): LeanResponse {
    this.#refuseUsed();
    const { body } = this;
    if (!body) return new LeanResponse(this.#answer, null);
    const [mine, other] = body.tee();
    this.#source = mine;
    this.#stream = undefined;
    this.#isUsed = false; // by the copying, which is nobody's business
    return new LeanResponse(this.#answer, other);
  }

  get [Symbol.toStringTag](): string {
    return 'Response';
  }

  async #octets(): Promise<readonly Uint8Array[]> {
    if (!this.#source) return [];
    this.#refuseUsed();
    // Begun to be looked at as a stream, it goes on as one.
    if (this.#stream || this.#source instanceof ReadableStream) return [await this.#whole().bytes()];
    this.#isUsed = true;
    return this.#source.all();
  }

  #whole(): WholeResponse {
    this.#refuseUsed();
    const { body } = this;
    this.#isUsed = body !== null;
    const type = this.headers.get('content-type');
    return new WholeResponse(body as ConstructorParameters<typeof WholeResponse>[0], type === null ? {} : { headers: { 'content-type': type } });
  }

  #refuseUsed(): void {
    if (this.#isUsed || this.#stream?.locked) throw new TypeError('Body is unusable: Body has already been read');
  }
}

/** The same stream, telling when somebody begins to read. */
function watched(source: ReadableStream<Uint8Array>, onRead: () => void): ReadableStream<Uint8Array> {
  const reader = source.getReader();
  return new ReadableStream(
    {
      async pull(controller) {
        onRead();
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel(reason) {
        onRead();
        return reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}

const MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** As UTF-8, without a mark of byte order (Encoding Standard §6, UTF-8 decode). */
function textOf(chunks: readonly Uint8Array[]): string {
  const [first] = chunks;
  const octets = chunks.length === 1 && first ? Buffer.from(first.buffer, first.byteOffset, first.byteLength) : Buffer.concat(chunks);
  return octets.toString('utf8', octets.subarray(0, MARK.length).equals(MARK) ? MARK.length : 0);
}

/** In a buffer that is the reader's own: what comes from a connection is perhaps a part of one. */
function joined(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let size = 0;
  for (const { byteLength } of chunks) size += byteLength;
  const octets = new Uint8Array(new ArrayBuffer(size));
  let at = 0;
  for (const chunk of chunks) {
    octets.set(chunk, at);
    at += chunk.byteLength;
  }
  return octets;
}
