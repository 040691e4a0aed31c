import { Readable } from 'node:stream';
import { isMailError, MailError } from '@signalbox/core';
import type { Head } from './head.ts';

/** How far a message has got. */
export type Progress =
  /** No octet of the content was handed over. */
  | 'envelope'
  /** Some were, the end of the data was not: the server must drop what it has (RFC 5321 §4.1.1.4). */
  | 'content'
  /** The end of the data was handed to the socket: from here on the server may have taken the message. */
  | 'complete';

/** nodemailer's encoder: dots stuffed, line ends made CRLF, `CRLF . CRLF` at the end. */
interface Encoder extends NodeJS.WritableStream {
  readonly outByteCount: number;
  readonly writableEnded: boolean;
  on(event: 'data', listener: (chunk: Uint8Array) => void): this;
}

/** What one write hands over; a message that arrives as one buffer is not copied whole. */
const PIECE = 64 * 1024;

/** Content on its way to the wire, read once, a piece at a time and only as fast as the server takes it. */
export class Outgoing extends Readable {
  readonly #rest: AsyncIterator<Uint8Array>;
  readonly #maxBytes: number;
  readonly #canWrite: () => boolean;
  readonly #waiting: Uint8Array[];
  #size = 0;
  #progress: Progress = 'envelope';
  #sourceError: MailError | undefined;
  onProgress: ((progress: Progress) => void) | undefined;

  /** `canWrite` tells whether what is written still goes anywhere: a socket the server has ended swallows the rest in silence. */
  constructor({ chunks, rest }: Head, maxBytes: number | undefined, canWrite: () => boolean) {
    super({ highWaterMark: PIECE });
    this.#canWrite = canWrite;
    this.#waiting = [...chunks];
    this.#rest = rest;
    this.#maxBytes = maxBytes ?? Number.POSITIVE_INFINITY;
  }

  get progress(): Progress {
    return this.#progress;
  }

  /** Why the content could not be read to its end. */
  get sourceError(): MailError | undefined {
    return this.#sourceError;
  }

  /** nodemailer pipes into its encoder, whose output goes to the socket in the same step. */
  override pipe<T extends NodeJS.WritableStream>(encoder: T, options?: { end?: boolean }): T {
    const watched = encoder as unknown as Encoder;
    let handedOver = 0;
    this.#reach('content');
    watched.on('data', (chunk) => {
      if (!this.#canWrite()) return void this.destroy(new Error('The connection is gone.'));
      handedOver += chunk.byteLength;
      const all = watched.writableEnded && handedOver === watched.outByteCount && isEndOfData(chunk);
      this.#reach(all ? 'complete' : 'content');
    });
    return super.pipe(encoder, options);
  }

  override _read(): void {
    const [next] = this.#waiting;
    if (next) this.#pushPiece(next);
    else void this.#pull();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#waiting.length = 0;
    void leave(this.#rest);
    done(error);
  }

  async #pull(): Promise<void> {
    try {
      const step = await this.#rest.next();
      if (step.done) this.push(null);
      else {
        this.#waiting.push(step.value);
        this._read();
      }
    } catch (error) {
      this.#fail(unreadable(error));
    }
  }

  #pushPiece(chunk: Uint8Array): void {
    if (chunk.byteLength > PIECE) this.#waiting[0] = chunk.subarray(PIECE);
    else this.#waiting.shift();
    const piece = chunk.subarray(0, PIECE);
    this.#size += piece.byteLength;
    if (this.#size > this.#maxBytes) this.#fail(tooLarge(this.#size, this.#maxBytes));
    else if (piece.byteLength > 0) this.push(piece);
    else this._read();
  }

  #fail(error: MailError): void {
    this.#sourceError = error;
    this.destroy(new Error('The content ended early.')); // not the error itself: nodemailer writes its own code into what it is given
  }

  #reach(progress: Progress): void {
    this.#progress = progress;
    this.onProgress?.(progress);
  }
}

/** What the encoder pushes last, in a chunk of its own: `.` on a line, with as much of a line end before it as was missing. */
const isEndOfData = (chunk: Uint8Array): boolean => chunk.byteLength <= 5 && Buffer.from(chunk).toString('latin1').endsWith('.\r\n');

/** Frees what reading holds; a failure has no one to go to. */
async function leave(source: AsyncIterator<Uint8Array>): Promise<void> {
  try {
    await source.return?.();
  } catch {
    // it is over either way
  }
}

export const tooLarge = (size: number, maxBytes: number): MailError =>
  new MailError('message.too-large', `The message has ${size} octets or more, and ${maxBytes} are the limit.`);

/** Nothing left: the end of the data was never sent. */
export const unreadable = (error: unknown): MailError =>
  isMailError(error) ? error : new MailError('config.invalid', 'The content of the message could not be read to its end; nothing was sent.', { affects: 'item', cause: error });
