import { isMailError } from '@signalbox/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CursorBinding, decodeCursor, encodeCursor } from './cursor.ts';

const binding: CursorBinding = { refSpace: 'imap://mail.example.org/sales', folder: 'INBOX', version: 1 };

function codeOf(decode: () => unknown): string {
  try {
    decode();
  } catch (error) {
    return isMailError(error) ? error.code : String(error);
  }
  return 'none';
}

describe('a cursor', () => {
  it('gives back the position it was made of, and is safe in JSON and in addresses', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), (position) => {
        const cursor = encodeCursor(binding, position);
        expect(cursor).toMatch(/^[\w-]+$/);
        expect(decodeCursor(binding, cursor)).toEqual(JSON.parse(JSON.stringify(position)));
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    ['another folder', { ...binding, folder: 'Sent' }],
    ['another door', { ...binding, refSpace: 'imap://mail.example.org/support' }],
  ])('of %s is foreign', (_, other) => {
    const cursor = encodeCursor(binding, 1);
    expect(codeOf(() => decodeCursor(other, cursor))).toBe('cursor.foreign');
  });

  it('of a door and folder that only read the same when joined is foreign', () => {
    const cursor = encodeCursor({ ...binding, refSpace: 'a\nb', folder: 'c' }, 1);
    expect(codeOf(() => decodeCursor({ ...binding, refSpace: 'a', folder: 'b\nc' }, cursor))).toBe('cursor.foreign');
  });

  it('of another version of the same place has expired', () => {
    expect(codeOf(() => decodeCursor({ ...binding, version: 2 }, encodeCursor(binding, 1)))).toBe('cursor.expired');
  });

  it.each([
    ['nothing', ''],
    ['no base64', '%%%'],
    ['no JSON', Buffer.from('{"b":').toString('base64url')],
    ['no object', Buffer.from('7').toString('base64url')],
    ['null', Buffer.from('null').toString('base64url')],
    ['an object of another kind', Buffer.from('{"b":"x"}').toString('base64url')],
  ])('that is %s is foreign, never a crash', (_, text) => {
    expect(codeOf(() => decodeCursor(binding, text))).toBe('cursor.foreign');
  });

  it('that was cut off or changed is refused', () => {
    const cursor = encodeCursor(binding, { uid: 4711 });
    for (let length = 0; length < cursor.length - 1; length += 1) {
      expect(['cursor.foreign', 'cursor.expired']).toContain(codeOf(() => decodeCursor(binding, cursor.slice(0, length))));
    }
  });

  it('above the contract’s 8 KiB is refused when it is made, not when it is stored', () => {
    expect(() => encodeCursor(binding, 'x'.repeat(8 * 1024))).toThrow(RangeError);
    expect(encodeCursor(binding, 'x'.repeat(6000)).length).toBeLessThanOrEqual(8 * 1024);
  });

  it('does not show the door it is bound to', () => {
    const text = Buffer.from(encodeCursor(binding, 1), 'base64url').toString();
    expect(text).not.toContain('example.org');
  });
});
