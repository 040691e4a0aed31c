import type { Socket } from 'node:net';

const LF = 10;
/** The socket is paused while more than this lies here unread. */
const HIGH_WATER = 4 * 1024 * 1024;

/** The other side closed, or was cut off. */
export class ConnectionEnded extends Error {
  override readonly name = 'ConnectionEnded';
}

/** Takes lines and octets from a socket, in the order in which they are asked for. */
export class ByteReader {
  #socket: Socket;
  #chunks: Buffer[] = [];
  #length = 0;
  #ended = false;
  #wake: (() => void) | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#attach();
  }

  /** A line with its end. Nothing when it is longer than the limit: then it has been skipped. */
  async line(limit: number): Promise<Buffer | undefined> {
    let searched = 0;
    let skipping = false;
    for (;;) {
      const found = this.#joined().indexOf(LF, searched);
      if (found !== -1) {
        const line = this.#take(found + 1);
        return skipping || line.byteLength > limit ? undefined : line;
      }
      searched = this.#length;
      if (this.#length > limit) {
        this.#take(this.#length);
        [skipping, searched] = [true, 0];
      }
      await this.#more();
    }
  }

  async octets(count: number): Promise<Buffer> {
    while (this.#length < count) await this.#more(count);
    return this.#take(count);
  }

  /** From here on the octets come from another socket; none that came before count (RFC 9051 §6.2.1). */
  switchTo(socket: Socket): void {
    this.#detach();
    this.#chunks = [];
    this.#length = 0;
    this.#socket = socket;
    this.#attach();
  }

  /** Hands the socket back, for a TLS handshake on top of it. */
  detach(): Socket {
    this.#detach();
    return this.#socket;
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#chunks.push(chunk);
    this.#length += chunk.byteLength;
    if (this.#wake) this.#wake();
    else if (this.#length > HIGH_WATER) this.#socket.pause();
  };

  readonly #onEnd = (): void => {
    this.#ended = true;
    this.#wake?.();
  };

  #attach(): void {
    this.#socket.on('data', this.#onData);
    for (const event of ['end', 'close', 'error']) this.#socket.on(event, this.#onEnd);
  }

  #detach(): void {
    this.#socket.off('data', this.#onData);
    for (const event of ['end', 'close', 'error']) this.#socket.off(event, this.#onEnd);
  }

  async #more(wanted = this.#length + 1): Promise<void> {
    if (this.#ended || this.#socket.destroyed) throw new ConnectionEnded('The client left.');
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = () => {
      if (this.#length >= wanted || this.#ended) resolve();
    };
    this.#socket.resume();
    await promise;
    this.#wake = undefined;
  }

  #joined(): Buffer {
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0] ?? Buffer.alloc(0);
  }

  #take(count: number): Buffer {
    const all = this.#joined();
    this.#length -= count;
    this.#chunks = this.#length > 0 ? [all.subarray(count)] : [];
    return all.subarray(0, count);
  }
}
