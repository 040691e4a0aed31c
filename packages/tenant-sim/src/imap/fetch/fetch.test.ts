import { describe, expect, it } from 'vitest';
import { parseTree } from '../../mime/tree.ts';
import { ImapSyntaxError, Parser } from '../wire/parser.ts';
import { bodyStructure } from './body-structure.ts';
import { envelope } from './envelope.ts';
import { parseFetchItems } from './items.ts';
import { parseSection, sectionBytes, sectionName } from './section.ts';

const mail = (...lines: string[]): Buffer => Buffer.from(lines.join('\r\n'), 'latin1');
const envelopeOf = (...lines: string[]): string => envelope(parseTree(mail(...lines, '', '')).fields);
const items = (text: string) => parseFetchItems(new Parser({ text, literals: [] }));

const NESTED = mail(
  'Subject: outer',
  'Content-Type: multipart/mixed; boundary="b"; x="1"',
  '',
  '--b',
  'Content-Type: text/plain; charset=utf-8; format=flowed',
  'Content-Transfer-Encoding: 8BIT',
  '',
  'one',
  'two',
  '--b',
  'Content-Type: message/rfc822',
  'Content-Disposition: attachment; filename="m.eml"',
  '',
  'From: <in@x>',
  'Subject: inner',
  'Content-Type: multipart/alternative; boundary=c',
  '',
  '--c',
  '',
  'plain',
  '--c',
  'Content-Type: text/html',
  'Content-ID: <h@x>',
  '',
  '<p>',
  '--c--',
  '--b--',
  '',
);

describe('ENVELOPE', () => {
  it('has everything in the words of the message, and the sender for who is not named', () =>
    expect(envelopeOf('Date: Tue, 24 Nov 2026 10:00:00 +0000', 'From: "A, B" <a@x>', 'To: =?utf-8?q?C?= <c@x>, d@x', 'Subject: =?utf-8?q?=C3=BC?=', 'In-Reply-To: <i@x>', 'Message-ID: <m@x>')).toBe(
      '("Tue, 24 Nov 2026 10:00:00 +0000" "=?utf-8?q?=C3=BC?=" (("A, B" NIL "a" "x")) (("A, B" NIL "a" "x")) (("A, B" NIL "a" "x")) (("=?utf-8?q?C?=" NIL "c" "x")(NIL NIL "d" "x")) NIL NIL "<i@x>" "<m@x>")',
    ));

  it('shows groups by their marks, and NIL for what is not there', () => {
    expect(envelopeOf('To: Team: a@x, b@x;', 'Sender: s@x')).toBe('(NIL NIL NIL ((NIL NIL "s" "x")) NIL ((NIL NIL "Team" NIL)(NIL NIL "a" "x")(NIL NIL "b" "x")(NIL NIL NIL NIL)) NIL NIL NIL NIL)');
  });
});

describe('BODYSTRUCTURE', () => {
  it('is of a plain message what RFC 9051 says for one without Content-Type', () => {
    const raw = mail('Subject: x', '', 'one', 'two', '');
    expect(bodyStructure(raw, parseTree(raw), false)).toBe('("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 10 2)');
    expect(bodyStructure(raw, parseTree(raw), true)).toBe('("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 10 2 NIL NIL NIL NIL)');
  });

  it('goes into multiparts and attached messages', () =>
    expect(bodyStructure(NESTED, parseTree(NESTED), true)).toBe(
      '(("text" "plain" ("charset" "utf-8" "format" "flowed") NIL NIL "8bit" 8 1 NIL NIL NIL NIL)' +
        '("message" "rfc822" NIL NIL NIL "7bit" 156 (NIL "inner" ((NIL NIL "in" "x")) ((NIL NIL "in" "x")) ((NIL NIL "in" "x")) NIL NIL NIL NIL NIL) ' +
        '(("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 5 0 NIL NIL NIL NIL)("text" "html" ("charset" "us-ascii") "<h@x>" NIL "7bit" 3 0 NIL NIL NIL NIL) "alternative" ("boundary" "c") NIL NIL NIL) 12 NIL ("attachment" ("filename" "m.eml")) NIL NIL)' +
        ' "mixed" ("boundary" "b" "x" "1") NIL NIL NIL)',
    ));
});

describe('sections', () => {
  const text = { raw: NESTED, root: parseTree(NESTED) };
  const read = (section: string): string | undefined => sectionBytes(text, parseSection(new Parser({ text: `[${section}]`, literals: [] })))?.toString('latin1');

  it.each([
    ['1', 'one\r\ntwo'],
    ['1.MIME', 'Content-Type: text/plain; charset=utf-8; format=flowed\r\nContent-Transfer-Encoding: 8BIT\r\n\r\n'],
    ['2.HEADER', 'From: <in@x>\r\nSubject: inner\r\nContent-Type: multipart/alternative; boundary=c\r\n\r\n'],
    ['2.HEADER.FIELDS (SUBJECT)', 'Subject: inner\r\n\r\n'],
    ['2.1', 'plain'],
    ['2.2', '<p>'],
    ['2.2.MIME', 'Content-Type: text/html\r\nContent-ID: <h@x>\r\n\r\n'],
    ['HEADER.FIELDS.NOT (subject)', 'Content-Type: multipart/mixed; boundary="b"; x="1"\r\n\r\n'],
    ['3', undefined],
    ['1.1', undefined],
    ['1.HEADER', undefined],
  ])('BODY[%s] is %j', (section, expected) => expect(read(section)).toBe(expected));

  it('count the body of a message without parts as part 1', () => {
    const raw = mail('Subject: x', '', 'body');
    const one = sectionBytes({ raw, root: parseTree(raw) }, { path: [1], fields: [] });
    expect(one?.toString()).toBe('body');
  });

  it.each(['0', '1.', 'MIME', 'NONSENSE', 'HEADER.FIELDS', 'HEADER.FIELDS ()'])('has no place for BODY[%s]', (section) => expect(() => read(section)).toThrow(ImapSyntaxError));
});

describe('what FETCH asks for', () => {
  it('is a macro, one thing, or several', () => {
    expect(items('fast').map(({ kind }) => kind)).toEqual(['FLAGS', 'INTERNALDATE', 'RFC822.SIZE']);
    expect(items('RFC822.HEADER')).toMatchObject([{ name: 'RFC822.HEADER', marksSeen: false }]);
    expect(items('(UID BODY BODY.PEEK[TEXT]<0.10> BODY[] RFC822)').map((item) => (item.kind === 'section' ? [item.name, sectionName(item.section), item.marksSeen, item.partial?.count] : item.kind))).toEqual([
      'UID',
      'BODY',
      ['BODY', 'TEXT', false, 10],
      ['BODY', '', true, undefined],
      ['RFC822', '', true, undefined],
    ]);
  });

  it.each(['', '()', 'NONSENSE', '(FAST)', 'BODY[', 'BODY[]<0.0>', 'FLAGSX'])('is never %j', (text) => expect(() => items(text)).toThrow(ImapSyntaxError));
});
