import type { ByteSource } from '@signalbox/core';

const CHUNK = 64 * 1024;

/** Stored bytes as a source to be read once, in pieces, so that a reader never holds a copy of the whole. */
export function streamOf(raw: Uint8Array, signal: AbortSignal | undefined): ByteSource {
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < raw.byteLength; at += CHUNK) {
      signal?.throwIfAborted();
      yield raw.subarray(at, at + CHUNK);
    }
  }
  return { size: raw.byteLength, bytes: pieces(), async [Symbol.asyncDispose]() {} };
}
