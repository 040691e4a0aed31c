/** Where the MIME text of a message comes from: bytes that are kept, or a generator that makes the same ones again. */
export interface MessageSource {
  readonly size: number;
  /** The whole text. Not to be written into. */
  read(): Buffer;
  /** The header alone, with the empty line, where that is cheaper than reading it all. */
  head?(): Buffer;
}

class KeptSource implements MessageSource {
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get size(): number {
    return this.#bytes.byteLength;
  }

  read(): Buffer {
    return this.#bytes;
  }
}

export const keptSource = (bytes: Uint8Array): MessageSource => new KeptSource(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
