import { ImapSyntaxError, type Parser } from '../wire/parser.ts';
import { parseSection, type Section, WHOLE } from './section.ts';

export type FetchItem =
  | { readonly kind: 'UID' | 'FLAGS' | 'INTERNALDATE' | 'RFC822.SIZE' | 'ENVELOPE' | 'BODY' | 'BODYSTRUCTURE' }
  | {
      readonly kind: 'section';
      /** As the answer names it, without the section: `BODY`, `RFC822.HEADER`. */
      readonly name: string;
      readonly section: Section;
      readonly marksSeen: boolean;
      readonly partial?: { readonly offset: number; readonly count: number };
    };

const MACROS: Readonly<Record<string, readonly FetchItem['kind'][]>> = {
  ALL: ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE', 'ENVELOPE'],
  FAST: ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE'],
  FULL: ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE', 'ENVELOPE', 'BODY'],
};
const PLAIN = ['UID', 'FLAGS', 'INTERNALDATE', 'RFC822.SIZE', 'ENVELOPE', 'BODYSTRUCTURE'] as const;

/** A macro, an item, or items in parentheses (RFC 9051 §6.4.5). */
export function parseFetchItems(parser: Parser): readonly FetchItem[] {
  const macro = Object.keys(MACROS).find((name) => parser.rest.toUpperCase() === name);
  if (macro !== undefined && parser.skip(macro)) return (MACROS[macro] ?? []).map((kind) => ({ kind }) as FetchItem);
  if (!parser.rest.startsWith('(')) return [parseItem(parser)];
  const items = parser.list(() => parseItem(parser));
  if (items.length === 0) throw new ImapSyntaxError('Nothing is asked for.');
  return items;
}

function parseItem(parser: Parser): FetchItem {
  const plain = PLAIN.find((name) => isNext(parser, name));
  if (plain !== undefined) return { kind: plain };
  if (isNext(parser, 'RFC822.HEADER')) return { kind: 'section', name: 'RFC822.HEADER', section: { path: [], text: 'HEADER', fields: [] }, marksSeen: false };
  if (isNext(parser, 'RFC822.TEXT')) return { kind: 'section', name: 'RFC822.TEXT', section: { path: [], text: 'TEXT', fields: [] }, marksSeen: true };
  if (isNext(parser, 'RFC822')) return { kind: 'section', name: 'RFC822', section: WHOLE, marksSeen: true };
  const peek = parser.rest.toUpperCase().startsWith('BODY.PEEK[');
  if (peek) parser.expect('BODY.PEEK');
  else parser.expect('BODY');
  if (!parser.rest.startsWith('[')) return { kind: 'BODY' };
  const section = parseSection(parser);
  const partial = parsePartial(parser);
  return { kind: 'section', name: 'BODY', section, marksSeen: !peek, ...(partial && { partial }) };
}

/** Takes a word that ends there. */
function isNext(parser: Parser, word: string): boolean {
  const after = parser.rest.charAt(word.length);
  return (after === '' || after === ' ' || after === ')') && parser.skip(word);
}

function parsePartial(parser: Parser): { readonly offset: number; readonly count: number } | undefined {
  if (!parser.skip('<')) return undefined;
  const offset = parser.number();
  parser.expect('.');
  const count = parser.number();
  parser.expect('>');
  if (count === 0) throw new ImapSyntaxError('A piece has at least one octet.');
  return { offset, count };
}
