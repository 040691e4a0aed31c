import { isMailError } from '@signalbox/core';
import { describe, expect, it } from 'vitest';
import { boundHoles, freshHoles, type Hole, type Position, readCursor, writeCursor } from './cursor.ts';

const DOOR = 'imap:mail.example:993:robin@local.example';
const hole = (first: number, last: number, fields: Partial<Hole> = {}): Hole => ({ range: [first, last], since: 1000, named: false, ...fields });
const codeOf = (call: () => unknown): string | undefined => {
  try {
    call();
  } catch (error) {
    return isMailError(error) ? error.code : String(error);
  }
  return undefined;
};

describe('a cursor', () => {
  const position: Position = { uidValidity: '4294967295', next: 17, uidNext: 20, holes: [hole(3, 5), hole(9, 9, { named: true, since: 2000 })] };

  it('comes back as it was written', () => {
    expect(readCursor(DOOR, 'INBOX', writeCursor(DOOR, 'INBOX', position))).toEqual(position);
  });

  it('is foreign to another folder, door or transport', () => {
    const cursor = writeCursor(DOOR, 'INBOX', position);
    expect(codeOf(() => readCursor(DOOR, 'Archive', cursor))).toBe('cursor.foreign');
    expect(codeOf(() => readCursor('imap:other', 'INBOX', cursor))).toBe('cursor.foreign');
    expect(codeOf(() => readCursor(DOOR, 'INBOX', 'nonsense'))).toBe('cursor.foreign');
  });

  it('stays below 8 KiB with as many holes as are kept, at the largest numbers there are', () => {
    const far = 4_294_960_000;
    const holes = Array.from({ length: 500 }, (_, index) => hole(far + index * 3, far + index * 3 + 1, { since: 1_795_480_000, named: true }));
    const bound = boundHoles({ uidValidity: '4294967295', next: 4_294_967_290, uidNext: 4_294_967_295, holes });
    expect(writeCursor(DOOR, 'INBOX', bound).length).toBeLessThanOrEqual(8192);
  });
});

describe('holes', () => {
  it('that the server named make the position go back when there are too many, so that none is lost', () => {
    const holes = Array.from({ length: 200 }, (_, index) => hole(index * 10 + 1, index * 10 + 1, { named: true }));
    const bound = boundHoles({ uidValidity: '1', next: 5000, uidNext: 5000, holes });
    expect(bound.holes).toHaveLength(128);
    expect(bound.next).toBe(1281);
  });

  it('that are mere gaps are forgotten instead, the oldest first', () => {
    const holes = Array.from({ length: 200 }, (_, index) => hole(index * 10 + 1, index * 10 + 1));
    const bound = boundHoles({ uidValidity: '1', next: 5000, uidNext: 5000, holes });
    expect(bound.next).toBe(5000);
    expect(bound.holes.at(0)?.range).toEqual([721, 721]);
    expect(bound.holes.at(-1)?.range).toEqual([1991, 1991]);
  });

  it('are kept for a while, those the server named for as long as it names them', () => {
    const holes = [hole(1, 1), hole(5, 5, { named: true }), hole(9, 9, { since: 1800 })];
    expect(freshHoles(holes, 1900).map(({ range }) => range[0])).toEqual([5, 9]);
  });

  it('that lie side by side and began together are one', () => {
    expect(freshHoles([hole(4, 4), hole(2, 3), hole(5, 6, { since: 999 })], 1000)).toEqual([hole(2, 4), hole(5, 6, { since: 999 })]);
  });
});
