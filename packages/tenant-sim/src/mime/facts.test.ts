import { describe, expect, it } from 'vitest';
import { bodyFacts, headerFacts } from './facts.ts';

const mail = (...lines: string[]): Buffer => Buffer.from(lines.join('\r\n'), 'utf8');

describe('what a message says', () => {
  it('is read from its header, decoded and unfolded', () => {
    const facts = headerFacts(
      mail(
        'From: =?utf-8?q?J=C3=BCrgen?= <j@example.org>',
        'To: Team: a@example.org, "B, C" <b@example.org>;, d@example.org',
        'Subject: =?utf-8?b?w7xiZXI=?=',
        ' folded',
        'Date: Tue, 24 Nov 2026 10:00:00 +0100',
        'Message-ID: <one@example.org>',
        'References: <a@x> <b@x>',
        'In-Reply-To: <b@x>',
        '',
        'Subject: not this one',
      ),
    );
    expect(facts).toMatchObject({
      from: { name: 'Jürgen', address: 'j@example.org' },
      to: [{ address: 'a@example.org' }, { name: 'B, C', address: 'b@example.org' }, { address: 'd@example.org' }],
      subject: 'über folded',
      sentAt: new Date('2026-11-24T09:00:00Z'),
      internetMessageId: '<one@example.org>',
      messageId: 'one@example.org',
      inReplyTo: 'b@x',
      references: ['a@x', 'b@x'],
    });
  });

  it('has nothing where the message says nothing', () => {
    const facts = headerFacts(mail('X-Only: this', '', ''));
    expect(Object.keys(facts).toSorted()).toEqual(['bcc', 'cc', 'fields', 'references', 'replyTo', 'to']);
  });

  it('takes raw UTF-8 in a header for what it is', () => expect(headerFacts(mail('Subject: über', '', '')).subject).toBe('über'));

  it('has text, HTML and attachments, attached messages among them', async () => {
    const facts = await bodyFacts(
      mail(
        'Content-Type: multipart/mixed; boundary=b',
        '',
        '--b',
        'Content-Type: text/html',
        '',
        '<p>Hi</p>',
        '--b',
        'Content-Type: message/rfc822',
        '',
        'Subject: inner',
        '',
        'in',
        '--b',
        'Content-Type: image/png; name=x.png',
        'Content-Disposition: inline',
        'Content-ID: <cid@x>',
        'Content-Transfer-Encoding: base64',
        '',
        'AAEC',
        '--b--',
      ),
    );
    expect(facts.html).toContain('<p>Hi</p>');
    expect(facts.attachments.map(({ contentType }) => contentType)).toEqual(['message/rfc822', 'image/png']);
    expect(facts.attachments[0]?.content.toString()).toContain('Subject: inner');
    expect(facts.attachments[1]).toMatchObject({ name: 'x.png', isInline: true, contentId: 'cid@x', content: Buffer.from([0, 1, 2]) });
  });
});
