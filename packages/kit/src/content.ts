import { createReadStream } from 'node:fs';
import type { ByteSource, Content } from '@signalbox/core';

/** Bytes in memory as content that can be opened again and again. Text is UTF-8. */
export function contentOf(data: Uint8Array | string): Content {
  const bytes = typeof data === 'string' ? Buffer.from(data) : data;
  return {
    size: bytes.byteLength,
    async *open() {
      yield bytes;
    },
  };
}

/** A file as content; it is read anew at every opening. */
export const contentOfFile = (path: string, size?: number): Content => ({
  ...(size !== undefined && { size }),
  open: () => createReadStream(path),
});

/** Bytes in memory as a source to be read once. */
export const byteSourceOf = (bytes: Uint8Array): ByteSource => ({
  size: bytes.byteLength,
  bytes: contentOf(bytes).open(),
  async [Symbol.asyncDispose]() {},
});

/** Reads to the end into one buffer: for small things only. */
export async function collectBytes(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks);
}
