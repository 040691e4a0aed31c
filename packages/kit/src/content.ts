import { createReadStream } from 'node:fs';
import type { ByteSource, Content } from '@signalbox/core';

/** Bytes in memory as content that can be opened again and again. Text is UTF-8. */
export function contentOf(data: Uint8Array | string): Content {
  const bytes = typeof data === 'string' ? Buffer.from(data) : data;
  return { size: bytes.byteLength, open: () => new OneChunk(bytes) };
}

/**
 * One chunk, read once. No generator: one that closes over the bytes outlives the collections that would free them, and a reader
 * of many messages then pays half as much CPU again for memory that it touches for the first time.
 */
class OneChunk implements ByteSource, AsyncIterableIterator<Uint8Array> {
  readonly size: number;
  #left: Uint8Array | undefined;

  constructor(bytes: Uint8Array) {
    this.size = bytes.byteLength;
    this.#left = bytes;
  }

  get bytes(): this {
    return this;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Uint8Array>> {
    const value = this.#left;
    this.#left = undefined;
    return Promise.resolve(value ? { done: false, value } : { done: true, value: undefined });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#left = undefined;
  }
}

/** A file as content; it is read anew at every opening. */
export const contentOfFile = (path: string, size?: number): Content => ({
  ...(size !== undefined && { size }),
  open: () => createReadStream(path),
});

/** Bytes in memory as a source to be read once. */
export const byteSourceOf = (bytes: Uint8Array): ByteSource => new OneChunk(bytes);

/** Reads to the end into one buffer: for small things only. */
export async function collectBytes(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks);
}
