import { type CallOptions, type Content, MailError } from '@signalbox/core';
import { type Part, partsOf } from '../mime/parts.ts';
import type { AttachedPart } from '../mime/survey.ts';

/** Each below 4 MB (FACTS.md E7), and a multiple of 320 KiB, which other upload sessions of Graph ask for. */
export const PIECE = 12 * 320 * 1_024;

/**
 * The octets of one attachment from any position on, a piece at a time. They come from the walk through the message that is under way;
 * only a server that wants to have earlier ones again makes it read the message anew.
 */
export class Pieces implements AsyncDisposable {
  readonly #content: Content;
  readonly #part: AttachedPart;
  readonly #buffer: Buffer<ArrayBuffer>;
  readonly #options: CallOptions | undefined;
  #walk: AsyncGenerator<Part, void, undefined> | undefined;
  #bytes: AsyncIterator<Uint8Array>;
  #left: Uint8Array = new Uint8Array();
  #start = 0;
  #length = 0;
  #readAnew = false;

  constructor(content: Content, part: AttachedPart, bytes: AsyncIterable<Uint8Array>, options?: CallOptions) {
    this.#content = content;
    this.#part = part;
    this.#options = options;
    this.#bytes = bytes[Symbol.asyncIterator]();
    this.#buffer = Buffer.allocUnsafeSlow(Math.min(PIECE, part.size));
  }

  /** Whether the walk it was given stands somewhere within the attachment, and cannot go on. */
  get hasLeftWalk(): boolean {
    return this.#readAnew;
  }

  /** From `position` on; valid until the next call. */
  async from(position: number): Promise<Uint8Array<ArrayBuffer>> {
    if (position < this.#start) await this.#reopen();
    while (position >= this.#start + this.#length) await this.#next();
    return this.#buffer.subarray(position - this.#start, this.#length);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#walk) return;
    await this.#bytes.return?.();
    await this.#walk.return();
  }

  async #next(): Promise<void> {
    this.#start += this.#length;
    this.#length = 0;
    const wanted = Math.min(this.#buffer.byteLength, this.#part.size - this.#start);
    while (this.#length < wanted) {
      if (this.#left.byteLength === 0) this.#left = await this.#read();
      const taken = this.#left.subarray(0, wanted - this.#length);
      this.#buffer.set(taken, this.#length);
      this.#length += taken.byteLength;
      this.#left = this.#left.subarray(taken.byteLength);
    }
    if (wanted <= 0) throw changed();
  }

  async #read(): Promise<Uint8Array> {
    const step = await this.#bytes.next();
    if (step.done) throw changed();
    return step.value;
  }

  async #reopen(): Promise<void> {
    await this[Symbol.asyncDispose]();
    this.#readAnew = true;
    this.#walk = partsOf(this.#content, this.#options);
    for (let step = await this.#walk.next(); ; step = await this.#walk.next()) {
      if (step.done) throw changed();
      if (step.value.index !== this.#part.index) continue;
      this.#bytes = step.value.bytes()[Symbol.asyncIterator]();
      break;
    }
    this.#left = new Uint8Array();
    this.#start = 0;
    this.#length = 0;
  }
}

const changed = (): MailError => new MailError('config.invalid', 'The content of the message was another when it was read again.', { affects: 'item' });
