import { describe, expect, it } from 'vitest';
import { addressesIn, completeMessage, messageIdOf, parseMessage } from './raw-message.ts';

const now = new Date('2026-03-04T05:06:07Z');
const complete = (text: string, options = {}): string =>
  completeMessage(parseMessage(Buffer.from(text, 'latin1')), { now, from: 'a@example.com', bcc: [], keepBcc: false, ...options }).bytes.toString('latin1');

describe('a finished message', () => {
  it('is sent as it is, byte for byte, when nothing is missing', () => {
    const text = 'From: a@example.com\r\nDate: Wed, 4 Mar 2026 05:06:07 +0000\r\nMessage-ID: <1@x>\r\nSubject: fol\r\n ded\r\nX: \xE4\r\n\r\nbody\r\n\r\n\xFFmore';
    expect(complete(text)).toBe(text);
  });

  it('gets the Date, From and Message-ID that a submission must have', () => {
    const text = complete('Subject: hello\r\n\r\nbody');
    expect(text).toMatch(/^Message-ID: <[\w-]+@example\.com>\r\nDate: Wed, 04 Mar 2026 05:06:07 \+0000\r\nFrom: a@example\.com\r\nSubject: hello\r\n\r\nbody$/);
  });

  it('loses its Bcc, folded lines included, unless the server reads recipients from headers', () => {
    const text = 'Bcc: hidden@example.com,\r\n other@example.com\r\nMessage-ID: <1@x>\r\nDate: d\r\nFrom: a@example.com\r\n\r\n';
    expect(complete(text)).not.toMatch(/hidden|other|bcc/i);
    expect(complete(text, { keepBcc: true, bcc: ['archive@example.com'] })).toContain('Bcc: archive@example.com\r\n\r\n');
  });

  it('may use bare line feeds, have no body, or nothing but a body', () => {
    expect(complete('Subject: x\nMessage-ID: <1@x>\n\nbody')).toMatch(/Subject: x\r\nMessage-ID: <1@x>\r\n\r\nbody$/);
    expect(complete('Subject: x\r\nMessage-ID: <1@x>')).toMatch(/Message-ID: <1@x>\r\n\r\n$/);
    expect(complete('\r\njust a body')).toMatch(/From: a@example\.com\r\n\r\njust a body$/);
  });

  it('names its recipients, groups and display names aside', () => {
    const message = parseMessage(Buffer.from('To: "Last, First" <a@example.com>, team: b@example.com,\r\n c@example.com;\r\nto: d@example.com\r\n\r\n'));
    expect(addressesIn(message, 'to')).toEqual(['a@example.com', 'b@example.com', 'c@example.com', 'd@example.com']);
  });

  it('tells its Message-ID without angle brackets', () => {
    expect(messageIdOf(parseMessage(Buffer.from('Message-Id:\r\n <one@example.com>\r\n\r\n')))).toBe('one@example.com');
    expect(messageIdOf(parseMessage(Buffer.from('Subject: none\r\n\r\n')))).toBeUndefined();
  });
});
