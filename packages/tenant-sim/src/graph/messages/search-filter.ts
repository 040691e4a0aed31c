import { bodyOffset } from '../../mime/headers.ts';
import type { MessageSource } from '../../store/source.ts';
import type { SearchField, SearchTerm } from './search-terms.ts';

/** Header text that reads otherwise than it stands there: encoded words, raw octets, escapes, spaces around an at sign. */
const HIDES_HEADER = /=\?|[^\0-\x7f]|\\|\s@|@\s/;
/** A body that does: parts, markup, a transfer encoding, a charset that is no superset of ASCII, lines that are glued together (RFC 3676 §4.5). */
const HIDES_BODY = /multipart\/|message\/|text\/html|base64|quoted-printable|delsp|charset=(?!"?(?:us-ascii|utf-8|iso-8859|windows-125))/i;
const NOT_ASCII = /[^\0-\x7f]/;

/** The fields of the header that are looked at. Absent: the whole text, or nothing that can be seen in it. */
const NAMES: Partial<Readonly<Record<SearchField, string>>> = { subject: 'subject', from: 'from', to: 'to', cc: 'cc', bcc: 'bcc', participants: 'from|to|cc|bcc', recipients: 'to|cc|bcc' };
const TEXTS = new Set<SearchField>(['any', 'body']);

/**
 * Whether a message may hold these terms, judged by its text as it stands. To take it apart takes ten times as long and more,
 * and most of 100,000 messages do not hold what is searched for. Wherever an encoding may hide a word, the answer is yes.
 */
export function mayHold(source: MessageSource, terms: readonly SearchTerm[]): boolean {
  const wanted = terms.filter(({ negated, field }) => !negated && (TEXTS.has(field) || NAMES[field] !== undefined));
  if (wanted.length === 0) return true;
  const readsBody = wanted.some(({ field }) => TEXTS.has(field));
  const raw = readsBody ? source.read() : (source.head?.() ?? source.read());
  const text = raw.toString('latin1');
  const head = text.slice(0, bodyOffset(raw));
  // A line may be folded wherever a phrase has a space.
  const isThere = ({ field, text: phrase }: SearchTerm): boolean => {
    const names = NAMES[field];
    const place = (names === undefined ? text : fieldsOf(head, names)).toLowerCase();
    return phrase.split(/\s+/).every((word) => place.includes(word));
  };
  return wanted.every(isThere) || HIDES_HEADER.test(head) || (readsBody && (HIDES_BODY.test(head) || NOT_ASCII.test(text)));
}

const fieldsOf = (head: string, names: string): string => (head.match(new RegExp(String.raw`^(?:${names})[ \t]*:.*(?:\r?\n[ \t].*)*`, 'gim')) ?? []).join('\n');
