import { type Token, tokenize } from './tokens.ts';

/** Answers as two servers must agree on them: without what each may choose freely. */
export type Normalised = readonly unknown[];

/** What is a server's own choice, or known to differ, and so is not compared. */
const CODES_KEPT = new Set(['UIDNEXT', 'UNSEEN', 'APPENDUID', 'COPYUID', 'READ-WRITE', 'READ-ONLY', 'TRYCREATE', 'BADCHARSET']);
const ATTRIBUTES_KEPT = /^\\(?:Noselect|HasChildren|HasNoChildren)$/i;
/** Exchange keeps these five and $MDNSent (FACTS.md C5). \Recent belongs to a session, and each server shares it out in its own way. */
const SYSTEM_FLAGS = new Set(['\\answered', '\\deleted', '\\draft', '\\flagged', '\\seen']);

export function normalise(answers: readonly string[]): Normalised {
  const untagged = answers.slice(0, -1);
  const expunged = untagged.flatMap((answer) => /^\* (\d+) EXPUNGE$/.exec(answer)?.[1] ?? []).map(Number);
  const others = untagged.flatMap((answer) => normaliseUntagged(answer));
  return [...others, ...(expunged.length > 0 ? [['EXPUNGE', ...asTheyWere(expunged)]] : []), tagged(answers.at(-1) ?? '')];
}

/** Each number counts among what is still there: `7, 7` and `8, 7` remove the same two. */
function asTheyWere(expunged: readonly number[]): readonly number[] {
  const removed: number[] = [];
  for (const number of expunged) {
    let original = number;
    for (const earlier of removed) if (earlier <= original) original += 1;
    removed.push(original);
    removed.sort((a, b) => a - b);
  }
  return removed;
}

function tagged(answer: string): unknown {
  const [, status, rest = ''] = /^(\w+) ?(.*)$/s.exec(answer) ?? [];
  return [status, ...codeOf(rest)];
}

function normaliseUntagged(answer: string): readonly unknown[] {
  if (!answer.startsWith('* ')) return [answer];
  const text = answer.slice(2);
  const [, number, kind, rest = ''] = /^(\d+) (\w+) ?(.*)$/s.exec(text) ?? [];
  if (kind === 'RECENT' || kind === 'EXPUNGE') return [];
  if (number !== undefined) return kind === 'FETCH' ? fetched(Number(number), rest) : [[Number(number), kind]];
  const [, word = '', more = ''] = /^(\w+) ?(.*)$/s.exec(text) ?? [];
  switch (word) {
    case 'OK':
      return codeOf(more).map((code) => ['OK', code]);
    case 'BYE':
      return [['BYE']];
    case 'FLAGS':
      return [];
    case 'LIST':
    case 'LSUB':
      return [listed(word, tokenize(more))];
    case 'SEARCH':
      return [['SEARCH', ...more.split(' ').filter(Boolean).map(Number).toSorted((a, b) => a - b)]];
    case 'STATUS':
      return [statusOf(tokenize(more))];
    default:
      return [[word, more]];
  }
}

/** `[COPYUID 17 1 4] …`: UIDVALIDITY is another on every server. */
function codeOf(text: string): readonly unknown[] {
  const [, code = '', values = ''] = /^\[([\w-]+) ?([^\]]*)\]/.exec(text) ?? [];
  if (!CODES_KEPT.has(code)) return [];
  if (code === 'APPENDUID' || code === 'COPYUID') return [[code, ...values.split(' ').slice(1)]];
  return code === 'UIDNEXT' || code === 'UNSEEN' ? [[code, values]] : [[code]];
}

/** Names of attributes are compared, but not those of one server only: \Marked, special uses. */
function listed(word: string, [attributes, delimiter, name]: readonly Token[]): unknown {
  const kept = (Array.isArray(attributes) ? attributes : []).flatMap((token: Token) => ('word' in token && ATTRIBUTES_KEPT.test(token.word) ? [token.word.toLowerCase()] : []));
  return [word, word === 'LIST' ? kept : [], textOf(delimiter), textOf(name)];
}

function statusOf([name, items]: readonly Token[]): unknown {
  const pairs = pairsOf(items).map(([key, value]) => [key, key === 'UIDVALIDITY' || key === 'RECENT' ? 'any' : textOf(value)]);
  return ['STATUS', textOf(name), Object.fromEntries(pairs)];
}

/** Items in any order; an answer that tells flags alone may come by itself or with the rest. */
function fetched(number: number, rest: string): readonly unknown[] {
  const items = pairsOf(tokenize(rest)[0]).map(([key, value]) => [key, fetchValue(key, value)] as const);
  return [[number, 'FETCH', Object.fromEntries(items.filter(([key]) => key !== 'MODSEQ').toSorted(([a], [b]) => a.localeCompare(b)))]];
}

function fetchValue(key: string, value: Token | undefined): unknown {
  if (key === 'FLAGS') return (Array.isArray(value) ? value : []).flatMap((token: Token) => ('word' in token && SYSTEM_FLAGS.has(token.word.toLowerCase()) ? [token.word.toLowerCase()] : [])).toSorted();
  if (key === 'INTERNALDATE') return new Date(textOf(value)).toISOString();
  if (key === 'BODY' || key === 'BODYSTRUCTURE') return lowerCase(value);
  return plain(value);
}

function pairsOf(list: Token | undefined): readonly (readonly [string, Token | undefined])[] {
  const tokens: readonly Token[] = Array.isArray(list) ? list : [];
  return tokens.flatMap((token, index) => (index % 2 === 0 ? [[textOf(token).toUpperCase(), tokens[index + 1]] as const] : []));
}

function textOf(token: Token | undefined): string {
  if (token === undefined || Array.isArray(token)) return '';
  return 'word' in token ? token.word : 'string' in token ? token.string : '';
}

function plain(token: Token | undefined): unknown {
  if (Array.isArray(token)) return token.map((inner: Token) => plain(inner));
  if (token !== undefined && 'word' in token) return token.word.toUpperCase() === 'NIL' ? null : token.word;
  return textOf(token);
}

/** Types, parameters and encodings are compared whatever their case (RFC 9051 §7.5.2). */
function lowerCase(token: Token | undefined): unknown {
  return JSON.parse(JSON.stringify(plain(token) ?? null).toLowerCase());
}
