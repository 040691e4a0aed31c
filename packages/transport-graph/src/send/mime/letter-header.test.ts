import { describe, expect, it } from 'vitest';
import { parseLetterHeader } from './letter-header.ts';

const header = (...lines: readonly string[]) => parseLetterHeader(Buffer.from(`${lines.join('\r\n')}\r\n`));

describe('the header of a message', () => {
  it('is decoded: encoded words, raw UTF-8, folded lines, groups', () => {
    expect(header('From: =?iso-8859-1?Q?J=FCrgen?= <j@example.org>', 'To: Größe <g@example.org>,', ' "Doe, Jo" <jo@example.org>', 'Cc: team: a@example.org, b@example.org;', 'Bcc: undisclosed:;', 'Subject: =?utf-8?B?R3LDvMOfZQ==?=')).toMatchObject({
      from: { name: 'Jürgen', address: 'j@example.org' },
      to: [{ name: 'Größe', address: 'g@example.org' }, { name: 'Doe, Jo', address: 'jo@example.org' }],
      cc: [{ address: 'a@example.org' }, { address: 'b@example.org' }],
      bcc: [],
      subject: 'Grüße',
    });
  });

  it('knows the ids of its conversation, in brackets', () => {
    expect(header('Message-ID:', ' <own@x>', 'In-Reply-To: <b@x>', 'References: <a@x>', '\t<b@x>')).toMatchObject({ messageId: 'own@x', inReplyTo: '<b@x>', references: '<a@x> <b@x>' });
  });

  it.each([
    ['Importance: High', 'high'],
    ['X-Priority: 1 (Highest)', 'high'],
    ['Priority: urgent', 'high'],
    ['X-Priority: 5', 'low'],
    ['Importance: normal', undefined],
  ])('reads how important it is: %s', (line, importance) => expect(header(line).importance).toBe(importance));

  it('asks for receipts', () => expect(header('Disposition-Notification-To: a@x', 'Return-Receipt-To: a@x')).toMatchObject({ asksForReadReceipt: true, asksForDeliveryReceipt: true, others: [] }));

  it('keeps every other field, and none that belongs to the MIME text or to a way already gone', () => {
    const { others } = header('X-Ticket: 17', 'List-Id: <l.example.org>', 'Received: from a', 'DKIM-Signature: v=1', 'MIME-Version: 1.0', 'Content-Type: text/plain', 'Date: now', 'Auto-Submitted: auto-replied');
    expect(others).toEqual([{ name: 'X-Ticket', value: '17' }, { name: 'List-Id', value: '<l.example.org>' }, { name: 'Auto-Submitted', value: 'auto-replied' }]);
  });

  it('has nothing that it does not say', () => expect(header('X: y')).toEqual({ to: [], cc: [], bcc: [], replyTo: [], asksForReadReceipt: false, asksForDeliveryReceipt: false, others: [{ name: 'X', value: 'y' }] }));
});
