import { type CallOptions, type Content, MailError } from '@signalbox/core';
import { abortableIterable } from '@signalbox/kit';
import { type LetterHeader, parseLetterHeader } from './mime/letter-header.ts';

/** A message before it is sent: what its header says, and its MIME text in base64 where Graph takes that (FACTS.md E5). */
export interface Letter {
  readonly header: LetterHeader;
  /** Absent when the message is larger than one request. */
  readonly base64?: string;
}

/** A request has 4 MiB at most (FACTS.md E6), which is three quarters of it in MIME. */
export const LARGEST_MIME = 3 * 1_024 * 1_024;
const LARGEST_HEADER = 1_024 * 1_024;

/** Reads no more of a large message than its header; of any other the whole, encoded as it comes. */
export async function readLetter(content: Content, options?: CallOptions): Promise<Letter> {
  const isLarge = content.size !== undefined && content.size > LARGEST_MIME;
  const [head, body] = [new Head(), new Base64()];
  let size = 0;
  for await (const chunk of abortableIterable(content.open(), options?.signal)) {
    size += chunk.byteLength;
    head.add(chunk);
    if (!isLarge && size <= LARGEST_MIME) body.add(chunk);
    else if (head.isComplete) return { header: parseLetterHeader(head.bytes) };
  }
  if (size === 0) throw new MailError('message.refused', 'The message is empty.');
  return { header: parseLetterHeader(head.bytes), ...(size <= LARGEST_MIME && { base64: body.end() }) };
}

/** Up to the first empty line (RFC 5322 §2.1). */
class Head {
  #bytes: Buffer = Buffer.alloc(0);
  #end = -1;

  get isComplete(): boolean {
    return this.#end !== -1;
  }

  get bytes(): Uint8Array {
    return this.isComplete ? this.#bytes.subarray(0, this.#end) : this.#bytes;
  }

  add(chunk: Uint8Array): void {
    if (this.isComplete) return;
    const from = Math.max(0, this.#bytes.byteLength - 3); // an empty line may lie across two chunks
    this.#bytes = this.#bytes.byteLength === 0 ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength) : Buffer.concat([this.#bytes, chunk]);
    const ends = ['\r\n\r\n', '\n\n'].map((end) => this.#bytes.indexOf(end, from)).filter((at) => at !== -1);
    if (ends.length > 0) this.#end = Math.min(...ends);
    else if (this.#bytes.byteLength > LARGEST_HEADER) throw new MailError('message.refused', `The header of the message is larger than ${LARGEST_HEADER} octets.`);
  }
}

/** Encodes chunk by chunk; three octets belong together. */
class Base64 {
  readonly #texts: string[] = [];
  #rest: Buffer = Buffer.alloc(0);

  add(chunk: Uint8Array): void {
    const bytes = this.#rest.byteLength === 0 ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength) : Buffer.concat([this.#rest, chunk]);
    const whole = bytes.byteLength - (bytes.byteLength % 3);
    this.#texts.push(bytes.toString('base64', 0, whole));
    this.#rest = Buffer.from(bytes.subarray(whole));
  }

  end(): string {
    return this.#texts.join('') + this.#rest.toString('base64');
  }
}
