import { stripVTControlCharacters } from 'node:util';

/**
 * Text that came from outside, safe to show: a subject with escape sequences or bidirectional overrides
 * could otherwise repaint the terminal or disguise what it says.
 */
export const printable = (text: string): string =>
  stripVTControlCharacters(text)
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[\p{Cc}\u202A-\u202E\u2066-\u2069\u200E\u200F]/gu, '')
    .trim();

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const WIDE = /\p{Emoji_Presentation}|\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|[\uFF01-\uFF60]|\uFE0F/u;

const cells = (grapheme: string): number => (WIDE.test(grapheme) ? 2 : 1);

/** Columns that a text takes up, colours aside. */
export function textWidth(text: string): number {
  let width = 0;
  for (const { segment } of graphemes.segment(stripVTControlCharacters(text))) width += cells(segment);
  return width;
}

/** At most `width` columns, with an ellipsis where something was left out. Plain text only. */
export function clip(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  let kept = '';
  let used = 1;
  for (const { segment } of graphemes.segment(text)) {
    used += cells(segment);
    if (used > width) break;
    kept += segment;
  }
  return `${kept.trimEnd()}…`;
}

const WORD = /\S+\s*|\s+/gu;
const PART = /.+?(?:[\s\-@./,:;=]+|$)/gsu;

/** Lines of at most `width` columns, broken between words; a word that is too long, behind a sign where there is one. Nothing is left out. Plain text only. */
export function fold(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  const fits = (piece: string): boolean => textWidth(piece.trimEnd()) <= width;
  const add = (piece: string): void => {
    if (!fits(`${line}${piece}`)) {
      if (line !== '') lines.push(line.trimEnd());
      line = '';
    }
    line += piece;
  };
  for (const [word] of text.matchAll(WORD)) {
    for (const [part] of fits(word) ? [[word]] : word.matchAll(PART)) {
      for (const piece of fits(part) ? [part] : Array.from(graphemes.segment(part), ({ segment }) => segment)) add(piece);
    }
  }
  return [...lines, line.trimEnd()];
}

/** Exactly `width` columns. Plain text only. */
export function column(text: string, width: number): string {
  const clipped = clip(text, width);
  return clipped + ' '.repeat(Math.max(0, width - textWidth(clipped)));
}

/** Breaks between words so that every line, indented, fits into `width`. A word that is longer stays whole. */
export function wrap(text: string, width: number, indent = ''): string {
  const room = Math.max(20, width - indent.length);
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let line = '';
    for (const word of paragraph.split(' ')) {
      if (line !== '' && textWidth(line) + 1 + textWidth(word) > room) {
        lines.push(line);
        line = word;
      } else line = line === '' ? word : `${line} ${word}`;
    }
    lines.push(line);
  }
  return lines.map((line) => indent + line).join('\n');
}

export const plural = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;
