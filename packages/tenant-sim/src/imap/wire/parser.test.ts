import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatInternalDate, parseInternalDate, parseSearchDate } from '../dates.ts';
import { formatSet, parseRanges } from '../sequence-set.ts';
import { ImapSyntaxError, Parser } from './parser.ts';
import { imapName, imapString } from './strings.ts';

const parse = (text: string, ...literals: readonly string[]): Parser => new Parser({ text, literals: literals.map((literal) => Buffer.from(literal, 'latin1')) });

describe('the parser of commands', () => {
  it('takes one thing after the other', () => {
    const parser = parse(String.raw`atom "quo\"ted" {3}` + '\r\n (\\Seen $Work) 12 1,3:*', 'lit');
    expect(parser.atom()).toBe('atom');
    parser.space();
    expect(parser.astring()).toBe('quo"ted');
    parser.space();
    expect(parser.astring()).toBe('lit');
    parser.space();
    expect(parser.list(() => parser.flag())).toEqual(['\\Seen', '$Work']);
    parser.space();
    expect(parser.number()).toBe(12);
    parser.space();
    expect(parser.sequenceSet()).toBe('1,3:*');
    parser.end();
  });

  it('refuses what the grammar has no place for', () => {
    expect(() => parse('').atom()).toThrow(ImapSyntaxError);
    expect(() => parse('"open').astring()).toThrow(ImapSyntaxError);
    expect(() => parse('4294967296').number()).toThrow(ImapSyntaxError);
    expect(() => parse('{3}\r\n').literal()).toThrow(ImapSyntaxError);
    expect(() => parse('a b').end()).toThrow(ImapSyntaxError);
    expect(() => parse('(a b').list(() => 1)).toThrow(ImapSyntaxError);
    expect(() => parse('*%').astring()).toThrow(ImapSyntaxError);
    expect(parse('*%').listPattern()).toBe('*%');
  });

  it('reads back every string that the server writes', () => {
    const octets = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCodePoint(code)) });
    fc.assert(
      fc.property(octets, (text) => {
        for (const written of [imapString(text), imapName(text)]) {
          const literal = /^\{\d+\}\r\n/.exec(written)?.[0];
          const parser = literal === undefined ? parse(written) : parse(literal, written.slice(literal.length));
          expect(parser.astring()).toBe(text);
        }
      }),
    );
  });
});

describe('sets of numbers', () => {
  it('mean the largest by *, also in the wrong order', () => expect(parseRanges('2,9:*,4:3,*', 7)).toEqual([[2, 2], [7, 9], [3, 4], [7, 7]]));

  it('are written as short as they can be, in their order', () => {
    expect(formatSet([1, 2, 3, 7, 5, 6])).toBe('1:3,7,5:6');
    expect(formatSet([])).toBe('');
  });
});

describe('dates', () => {
  it('are written in UTC and read in any zone', () => {
    expect(formatInternalDate(new Date('2026-01-02T03:04:05.678Z'))).toBe(' 2-Jan-2026 03:04:05 +0000');
    expect(parseInternalDate('02-jan-2026 03:04:05 -0730')).toEqual(new Date('2026-01-02T10:34:05Z'));
    expect(parseInternalDate('2-Jan-2026')).toBeUndefined();
    expect(parseSearchDate('2-Jan-2026')).toBe(Date.UTC(2026, 0, 2));
    expect(parseSearchDate('2-Foo-2026')).toBeUndefined();
  });

  it('survive the way there and back, to the second', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_102_444_800 }), (seconds) => {
        expect(parseInternalDate(formatInternalDate(new Date(seconds * 1_000)))?.getTime()).toBe(seconds * 1_000);
      }),
    );
  });
});
