import { describe, expect, it } from 'vitest';
import { attachedContents } from './contents.ts';
import { bodyFacts } from './facts.ts';

const part = (...lines: string[]): string[] => ['--b', ...lines];
const RAW = Buffer.from(
  [
    'Content-Type: multipart/mixed; boundary=b',
    '',
    ...part('Content-Type: text/plain', '', 'The text'),
    ...part('Content-Type: text/plain', 'Content-Disposition: attachment; filename=a.txt', '', 'one', 'two'),
    ...part('Content-Type: text/csv', 'Content-Transfer-Encoding: quoted-printable', 'Content-Disposition: attachment; filename=b.csv', '', 'a=3Db;=', 'c=  '),
    ...part('Content-Type: application/octet-stream', 'Content-Transfer-Encoding: base64', '', 'AAEC', '/w=='),
    ...part('Content-Type: message/rfc822', '', 'Subject: inner', '', 'x'),
    '--b--',
    '',
  ].join('\r\n'),
);

describe('what is attached', () => {
  it('comes octet for octet, decoded as its part says', () => {
    expect(attachedContents(RAW).map(({ contentType, content }) => [contentType, content.toString('latin1')])).toEqual([
      ['text/plain', 'one\r\ntwo'],
      ['text/csv', 'a=b;c'],
      ['application/octet-stream', '\u0000\u0001\u0002\u00ff'],
      ['message/rfc822', 'Subject: inner\r\n\r\nx'],
    ]);
  });

  it('is what the facts of a message say', async () => {
    const { attachments } = await bodyFacts(RAW);
    expect(attachments.map(({ name, content }) => [name, content.toString('latin1')])).toEqual([
      ['a.txt', 'one\r\ntwo'],
      ['b.csv', 'a=b;c'],
      [undefined, '\u0000\u0001\u0002\u00ff'],
      [undefined, 'Subject: inner\r\n\r\nx'],
    ]);
  });
});
