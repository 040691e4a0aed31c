import { isMailError } from '@signalbox/core';
import { contentOf } from '@signalbox/kit';
import { describe, expect, it } from 'vitest';
import { partsOf } from '../mime/parts.ts';
import { Pieces, PIECE } from './pieces.ts';

const SIZE = 2 * PIECE + 1_000;
const FILE = Buffer.alloc(SIZE, Buffer.from(Array.from({ length: 251 }, (_, at) => at)));
const RAW = Buffer.concat([Buffer.from('Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\n\r\n'), FILE]);

async function withPieces(test: (pieces: Pieces, opened: () => number) => Promise<void>, raw: Uint8Array = RAW, size = SIZE): Promise<void> {
  let opened = 0;
  const content = {
    open() {
      opened += 1;
      return contentOf(raw).open();
    },
  };
  for await (const part of partsOf(content)) {
    await using pieces = new Pieces(content, { index: part.index, name: 'file', contentType: 'application/octet-stream', isInline: false, size }, part.bytes());
    await test(pieces, () => opened);
    return;
  }
}

describe('the pieces of an attachment', () => {
  it('come one after the other, the last one shorter, from one reading', () =>
    withPieces(async (pieces, opened) => {
      const sizes: number[] = [];
      for (let position = 0; position < SIZE; ) {
        const piece = await pieces.from(position);
        expect(FILE.subarray(position, position + piece.byteLength).equals(piece)).toBe(true);
        sizes.push(piece.byteLength);
        position += piece.byteLength;
      }
      expect(sizes).toEqual([PIECE, PIECE, 1_000]);
      expect([opened(), pieces.hasLeftWalk]).toEqual([1, false]);
    }));

  it('are given again, or from their middle on, without another reading', () =>
    withPieces(async (pieces, opened) => {
      await pieces.from(0);
      expect(FILE.subarray(0, PIECE).equals(await pieces.from(0))).toBe(true);
      expect(FILE.subarray(700, PIECE).equals(await pieces.from(700))).toBe(true);
      expect(opened()).toBe(1);
    }));

  it('are read anew when the server wants earlier ones again', () =>
    withPieces(async (pieces, opened) => {
      await pieces.from(2 * PIECE);
      expect(FILE.subarray(5, PIECE).equals(await pieces.from(5))).toBe(true);
      expect([opened(), pieces.hasLeftWalk]).toEqual([2, true]);
    }));

  it('fail when the content has become shorter', () =>
    withPieces(
      async (pieces) => {
        const error: unknown = await pieces.from(0).catch((reason: unknown) => reason);
        expect(isMailError(error) && error.code).toBe('config.invalid');
      },
      RAW.subarray(0, 5_000),
    ));
});
