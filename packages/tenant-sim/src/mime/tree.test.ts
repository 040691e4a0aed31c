import { describe, expect, it } from 'vitest';
import { parseStructured } from './parameters.ts';
import { type MimePart, parseTree } from './tree.ts';

const mail = (...lines: string[]): Buffer => Buffer.from(lines.join('\r\n'), 'latin1');
const shape = ({ type, subtype, children, message }: MimePart): unknown => {
  const inner = message ? [shape(message)] : children.map((child) => shape(child));
  return inner.length > 0 ? { [`${type}/${subtype}`]: inner } : `${type}/${subtype}`;
};
const bodies = (raw: Buffer, part: MimePart): readonly string[] => (part.children.length > 0 ? part.children.flatMap((child) => bodies(raw, child)) : [raw.subarray(part.body, part.end).toString()]);

describe('the tree of a message', () => {
  it('has parts in parts, each without the line end before its delimiter', () => {
    const raw = mail('Content-Type: multipart/mixed; boundary="out"', '', 'preamble', '--out', 'Content-Type: multipart/alternative; boundary=in', '', '--in', '', 'one', '--in', 'Content-Type: text/html', '', 'two', '', '--in--', '--out', '', '--out--', 'epilogue');
    expect(shape(parseTree(raw))).toEqual({ 'multipart/mixed': [{ 'multipart/alternative': ['text/plain', 'text/html'] }, 'text/plain'] });
    expect(bodies(raw, parseTree(raw))).toEqual(['one', 'two\r\n', '']);
  });

  it('looks into an attached message', () => {
    const raw = mail('Content-Type: message/rfc822', '', 'Subject: inner', 'Content-Type: multipart/mixed; boundary=b', '', '--b', '', 'x', '--b--');
    expect(shape(parseTree(raw))).toEqual({ 'message/rfc822': [{ 'multipart/mixed': ['text/plain'] }] });
  });

  it('takes the parts of a digest for messages', () =>
    expect(shape(parseTree(mail('Content-Type: multipart/digest; boundary=b', '', '--b', '', 'Subject: a', '', 'x', '--b--')))).toEqual({ 'multipart/digest': [{ 'message/rfc822': ['text/plain'] }] }));

  it('tells a delimiter from one that begins alike, and from one in the middle of a line', () => {
    const raw = mail('Content-Type: multipart/mixed; boundary=b', '', '--b', '', '--bb', 'x --b', '--b  ', '', 'y', '--b--');
    expect(bodies(raw, parseTree(raw))).toEqual(['--bb\r\nx --b', 'y']);
  });

  it('manages without closing delimiter, without boundary, without header and without anything', () => {
    const open = mail('Content-Type: multipart/mixed; boundary=b', '', '--b', '', 'to the end', '');
    expect(bodies(open, parseTree(open))).toEqual(['to the end\r\n']);
    expect(shape(parseTree(mail('Content-Type: multipart/mixed', '', 'x')))).toBe('text/plain');
    expect(shape(parseTree(mail('', 'x')))).toBe('text/plain');
    expect(shape(parseTree(Buffer.alloc(0)))).toBe('text/plain');
    expect(shape(parseTree(mail('Content-Type: nonsense', '', 'x')))).toBe('text/plain');
  });

  it('takes line ends that are LF alone', () => {
    const raw = Buffer.from('Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\n\ntwo\n--b--\n');
    expect(bodies(raw, parseTree(raw))).toEqual(['one', 'two']);
  });
});

describe('a structured field', () => {
  it('is read in its own words, without comments', () =>
    expect(parseStructured('text/plain (the usual); charset="us-\\"ascii" ; name*0*=utf-8\'\'a%20; format=flowed;broken')).toEqual({
      value: 'text/plain',
      parameters: [
        ['charset', 'us-"ascii'],
        ['name*0*', "utf-8''a%20"],
        ['format', 'flowed'],
      ],
    }));

  it('may have semicolons and parentheses in quotes', () => expect(parseStructured('a/b; name="x; (y) z"').parameters).toEqual([['name', 'x; (y) z']]));
});
