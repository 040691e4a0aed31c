import type { ByteSource } from '@signalbox/core';

/** As many bytes of the source as are asked for, or a piece more; ends it. */
export async function readStart(source: ByteSource, bytes: number): Promise<Uint8Array> {
  await using reading = source;
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of reading.bytes) {
    pieces.push(piece);
    size += piece.byteLength;
    if (size >= bytes) break;
  }
  return Buffer.concat(pieces);
}
