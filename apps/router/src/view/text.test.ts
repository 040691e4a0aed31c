import { describe, expect, it } from 'vitest';
import { clip, column, fold, printable, textWidth, wrap } from './text.ts';

describe('text from outside', () => {
  it('loses escape sequences, control characters and bidirectional overrides', () => {
    expect(printable('\u001B[31mred\u001B[0m\u0007 a\u202Eb\r\n c')).toBe('red ab c');
  });

  it('keeps accents, emoji and other scripts', () => {
    expect(printable('Grüße 👋 日本')).toBe('Grüße 👋 日本');
  });
});

describe('fitting text into columns', () => {
  it('counts emoji and ideographs as two columns', () => {
    expect(textWidth('日本👋a')).toBe(7);
  });

  it('never exceeds the width, whatever it cuts', () => {
    for (const text of ['abcdefghij', '日本語日本語', '👨‍👩‍👧 family']) expect(textWidth(clip(text, 5))).toBeLessThanOrEqual(5);
    expect(clip('abcdefghij', 5)).toBe('abcd…');
  });

  it('fills a column to its width', () => {
    expect(column('ab', 4)).toBe('ab  ');
  });

  it('folds without leaving anything out, behind a sign where there is one', () => {
    expect(fold('o365-imap-client-credentials', 20)).toEqual(['o365-imap-client-', 'credentials']);
    expect(fold('one two three', 8)).toEqual(['one two', 'three']);
    expect(fold('sends by basic at mail.contoso.example', 24)).toEqual(['sends by basic at', 'mail.contoso.example']);
    expect(fold('abcdefghij', 4)).toEqual(['abcd', 'efgh', 'ij']);
    expect(fold('日本語日本語', 5)).toEqual(['日本', '語日', '本語']);
    expect(fold('', 5)).toEqual(['']);
  });

  it('wraps between words and leaves long words whole', () => {
    expect(wrap('one two three four five six seven', 24, '  ')).toBe('  one two three four\n  five six seven');
    expect(wrap('https://example.com/a/very/long/address', 24)).toBe('https://example.com/a/very/long/address');
  });
});
