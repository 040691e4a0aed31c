import { describe, expect, it } from 'vitest';
import { bodyFacts, headerFacts } from './facts.ts';
import { regenerate } from './regenerate.ts';

const RAW = Buffer.from(
  [
    'Subject: one two three four five six seven eight nine ten eleven twelve thirteen fourteen',
    'X-Own: kept',
    'From: <a@example.org>',
    'Message-ID: <one@example.org>',
    'Content-Type: multipart/mixed; boundary=b',
    '',
    'preamble',
    '--b',
    '',
    'Hi',
    '--b',
    'Content-Type: application/octet-stream; name=x.bin',
    'Content-Transfer-Encoding: base64',
    '',
    'AAEC',
    '--b--',
    '',
  ].join('\r\n'),
);

describe('regenerated MIME', () => {
  it('says the same in other bytes, and each door in its own', async () => {
    const texts = [RAW, regenerate(RAW, 'imap'), regenerate(RAW, 'graph')];
    expect(new Set(texts.map((text) => text.toString())).size).toBe(3);
    for (const text of texts) {
      expect(headerFacts(text)).toMatchObject({ subject: headerFacts(RAW).subject, from: { address: 'a@example.org' }, messageId: 'one@example.org' });
      const { text: body, attachments } = await bodyFacts(text);
      expect([body?.trim(), attachments.map(({ name, content }) => [name, content])]).toEqual(['Hi', [['x.bin', Buffer.from([0, 1, 2])]]]);
    }
  });

  it('is the same each time', () => expect(regenerate(RAW, 'imap')).toEqual(regenerate(RAW, 'imap')));

  it('does not touch what is signed', () => {
    const signed = Buffer.from('Content-Type: multipart/signed; boundary=s\r\n\r\n--s\r\n\r\nx\r\n--s\r\n\r\ny\r\n--s--\r\n');
    const text = regenerate(signed, 'graph').toString();
    expect(text.endsWith('\r\n\r\n--s\r\n\r\nx\r\n--s\r\n\r\ny\r\n--s--\r\n')).toBe(true);
  });

  it('keeps octets that are not ASCII', () => expect(regenerate(Buffer.from('Subject: über\r\n\r\nGrüße\r\n'), 'imap').toString()).toMatch(/Subject: über[\s\S]*\r\n\r\nGrüße\r\n$/));
});
