import { describe, expect, it } from 'vitest';
import { fromModifiedUtf7, toModifiedUtf7 } from '../modified-utf7.ts';
import { folderPath, maildirName, toServed, toStored } from './maildir.ts';

describe('Maildir', () => {
  it.each(['', 'a: b\r\n\r\nx', 'a: b\r\n\r\n\xe4\0\r\n.\r\n', 'lone\rCR\r\n'])('keeps %j byte for byte', (text) => {
    const message = Buffer.from(text, 'latin1');
    expect(toServed(toStored(message))).toEqual(message);
  });

  it('serves a lone LF as CRLF', () => {
    expect(toServed(toStored(Buffer.from('a\nb'))).toString()).toBe('a\r\nb');
  });

  it('names files after both sizes and the flags, in the order of delivery', () => {
    const names = [maildirName(Buffer.from('a\nb\n'), ['\\Seen', '\\Flagged', 'work']).name, maildirName(Buffer.from(''), []).name];
    expect(names[0]).toMatch(/,S=4,W=6:2,FS$/u);
    expect(names[1]).toMatch(/,S=0,W=0:2,$/u);
    expect(names.toSorted()).toEqual(names);
  });

  it.each([
    ['INBOX', ''],
    ['Sent Items', '.Sent Items'],
    ['Ärger/B & C', '.&AMQ-rger.B &- C'],
  ])('keeps %s in "%s"', (folder, path) => {
    expect(folderPath(folder)).toBe(path);
  });

  it.each(['', 'plain', 'a&b', 'Ärger', '台北/日本語', '😀 & more'])('spells %j in modified UTF-7 and back', (text) => {
    expect(fromModifiedUtf7(toModifiedUtf7(text))).toBe(text);
  });
});
