import { describe, expect, it } from 'vitest';
import { cutPart } from './cut-part.ts';

async function cut(raw: string, id: string, size = raw.length): Promise<string> {
  const bytes = Buffer.from(raw, 'latin1');
  const pieces = (async function* () {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  })();
  let text = '';
  for await (const piece of cutPart(pieces, id)) text += piece.toString('latin1');
  return text;
}

const INNER = 'From: in@b.c\r\nContent-Type: multipart/mixed; boundary=within\r\n\r\n--within\r\n\r\nx\r\n--within--\r\n\r\n';
const around = (inner: string): string =>
  [
    'From: a@b.c\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed;\r\n\tboundary="b"\r\n\r\npreamble\r\n',
    '--b\r\nContent-Type: multipart/alternative; boundary="b b"\r\n\r\n--b b\r\n\r\nplain\r\n--b b  \r\nContent-Type: text/html\r\n\r\nhtml\r\n--b b--\r\nepilogue\r\n\r\n',
    `--b\r\nContent-Type: message/rfc822\r\n\r\n${inner}\r\n`,
    '--b\r\nContent-Type: text/plain\r\n\r\nlast\r\n--b--\r\n--b\r\n\r\nnot a part\r\n',
  ].join('');

describe('a part cut from the source of its message', () => {
  it.each([
    ['a message with parts of its own', INNER],
    ['text without a last line end', 'From: in@b.c\r\n\r\nlast'],
    ['text that ends with empty lines', 'From: in@b.c\r\n\r\nlast\r\n\r\n\r\n'],
    ['bare line ends', 'A: b\n\nbare\nlf\r and cr\r'],
    ['what begins as a delimiter does', 'A: b\r\n\r\n--\r\n--bx\r\n --b\r\n--b-\r\n'],
    ['a header alone', 'A: b\r\n\r\n'],
    ['nothing', ''],
    ['octets above 127', 'A: \xe9\r\n\r\n\xff\x00\xfe\r\n'],
    ['one long line', `A: b\r\n\r\n${'x'.repeat(3000)}\r\n${'y'.repeat(998)}\r\r\n`],
  ])('is exact, whatever the pieces it is read in: %s', async (_what, inner) => {
    const raw = around(inner);
    for (let size = 1; size <= raw.length; size += raw.length > 2000 ? 97 : 1) expect(await cut(raw, '2', size)).toBe(inner);
  });

  it('has the number that IMAP gives it', async () => {
    const raw = around(INNER);
    expect(await Promise.all(['1.1', '1.2', '3'].map((id) => cut(raw, id)))).toEqual(['plain', 'html', 'last']);
    expect(await cut('Subject: x\r\n\r\nall of it\r\n', '1')).toBe('all of it\r\n');
  });

  it.each(['1', '1.3', '2.1', '4', ''])('is nothing where there is no such leaf: %j', async (id) => {
    expect(await cut(around(INNER), id)).toBe('');
  });

  it('ends with the message where the delimiter is missing, or with that of the multipart around it', async () => {
    expect(await cut('Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\ncut off\r\n', '1')).toBe('cut off\r\n');
    const unclosed = 'Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\none\r\n--b\r\n\r\ntwo\r\n--b--\r\n';
    expect(await Promise.all(['1.1', '2'].map((id) => cut(unclosed, id)))).toEqual(['one', 'two']);
  });

  it('is told from text by nothing but a Content-Type that can be read', async () => {
    expect(await cut('Content-Type: multipart\r\n\r\n--b\r\n', '1')).toBe('--b\r\n');
    expect(await cut('Content-Type: multipart/mixed\r\n\r\n--b\r\n', '1')).toBe('--b\r\n');
  });

  it('is not read beyond its end', async () => {
    let read = 0;
    const endless = (async function* () {
      yield Buffer.from(around('A: b\r\n\r\nx'));
      for (;;) {
        read += 1;
        yield Buffer.from('more\r\n');
      }
    })();
    for await (const _ of cutPart(endless, '2'));
    expect(read).toBe(0);
  });
});
