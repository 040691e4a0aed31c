import { parseSearchDate } from '../dates.ts';
import { ImapSyntaxError, type Parser } from '../wire/parser.ts';

export type SearchKey =
  | { readonly kind: 'all' }
  | { readonly kind: 'flag'; readonly flag: string; readonly isSet: boolean }
  | { readonly kind: 'new' | 'old' | 'recent' }
  /** `header` with an empty text asks whether the field is there. */
  | { readonly kind: 'header'; readonly field: string; readonly text: string }
  | { readonly kind: 'body' | 'text'; readonly text: string }
  | { readonly kind: 'size'; readonly than: 'larger' | 'smaller'; readonly octets: number }
  /** `day` is the beginning of a day in UTC. */
  | { readonly kind: 'date'; readonly of: 'arrival' | 'sent'; readonly is: 'before' | 'on' | 'since'; readonly day: number }
  | { readonly kind: 'uid' | 'number'; readonly set: string }
  | { readonly kind: 'not'; readonly key: SearchKey }
  | { readonly kind: 'or' | 'and'; readonly keys: readonly SearchKey[] };

/** Exchange keeps no keywords, and says so with an error (FACTS.md C5). */
export class KeywordSearch extends Error {
  override readonly name = 'KeywordSearch';
}

const FLAGS = ['Answered', 'Deleted', 'Draft', 'Flagged', 'Seen'] as const;
const ADDRESS_FIELDS = ['bcc', 'cc', 'from', 'subject', 'to'] as const;
const DATES = ['before', 'on', 'since'] as const;

type Read = (parser: Parser, decode: (text: string) => string) => SearchKey;

function textAfter(parser: Parser, decode: (text: string) => string): string {
  parser.space();
  return decode(parser.astring()).toLowerCase();
}

function numberAfter(parser: Parser): number {
  parser.space();
  return parser.number();
}

function dayAfter(parser: Parser): number {
  parser.space();
  const day = parseSearchDate(parser.rest.startsWith('"') ? parser.string() : parser.atom());
  if (day === undefined) throw new ImapSyntaxError('That is no date.');
  return day;
}

const KEYS: Readonly<Record<string, Read>> = {
  ALL: () => ({ kind: 'all' }),
  NEW: () => ({ kind: 'new' }),
  OLD: () => ({ kind: 'old' }),
  RECENT: () => ({ kind: 'recent' }),
  ...Object.fromEntries(
    FLAGS.flatMap((name): [string, Read][] => [
      [name.toUpperCase(), () => ({ kind: 'flag', flag: `\\${name}`, isSet: true })],
      [`UN${name.toUpperCase()}`, () => ({ kind: 'flag', flag: `\\${name}`, isSet: false })],
    ]),
  ),
  ...Object.fromEntries(ADDRESS_FIELDS.map((field): [string, Read] => [field.toUpperCase(), (parser, decode) => ({ kind: 'header', field, text: textAfter(parser, decode) })])),
  ...Object.fromEntries(
    DATES.flatMap((is): [string, Read][] => [
      [is.toUpperCase(), (parser) => ({ kind: 'date', of: 'arrival', is, day: dayAfter(parser) })],
      [`SENT${is.toUpperCase()}`, (parser) => ({ kind: 'date', of: 'sent', is, day: dayAfter(parser) })],
    ]),
  ),
  BODY: (parser, decode) => ({ kind: 'body', text: textAfter(parser, decode) }),
  TEXT: (parser, decode) => ({ kind: 'text', text: textAfter(parser, decode) }),
  LARGER: (parser) => ({ kind: 'size', than: 'larger', octets: numberAfter(parser) }),
  SMALLER: (parser) => ({ kind: 'size', than: 'smaller', octets: numberAfter(parser) }),
  HEADER: (parser, decode) => {
    parser.space();
    return { kind: 'header', field: parser.astring().toLowerCase(), text: textAfter(parser, decode) };
  },
  UID: (parser) => {
    parser.space();
    return { kind: 'uid', set: parser.sequenceSet() };
  },
  NOT: (parser, decode) => {
    parser.space();
    return { kind: 'not', key: parseKey(parser, decode) };
  },
  OR: (parser, decode) => {
    parser.space();
    const first = parseKey(parser, decode);
    parser.space();
    return { kind: 'or', keys: [first, parseKey(parser, decode)] };
  },
  KEYWORD: refuseKeyword,
  UNKEYWORD: refuseKeyword,
};

function refuseKeyword(parser: Parser): never {
  parser.space();
  parser.flag();
  throw new KeywordSearch('There are no keywords here.');
}

/** All keys of a SEARCH, which all have to hold (RFC 9051 §6.4.4). */
export function parseSearchKeys(parser: Parser, decode: (text: string) => string): SearchKey {
  const keys = [parseKey(parser, decode)];
  while (parser.skip(' ')) keys.push(parseKey(parser, decode));
  return { kind: 'and', keys };
}

function parseKey(parser: Parser, decode: (text: string) => string): SearchKey {
  if (parser.rest.startsWith('(')) return { kind: 'and', keys: parser.list(() => parseKey(parser, decode)) };
  if (/^[\d*]/.test(parser.rest)) return { kind: 'number', set: parser.sequenceSet() };
  const read = KEYS[parser.atom().toUpperCase()];
  if (!read) throw new ImapSyntaxError('There is no such search key.');
  return read(parser, decode);
}
