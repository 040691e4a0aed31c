import { describe, expect, it } from 'vitest';
import { headerFactsOf, kindOfSummary, readHeader } from './kind.ts';

describe('the kind of a message', () => {
  it.each([
    ['Content-Type: text/plain', 'message'],
    ['Subject: no content type at all', 'message'],
    ['Content-Type: multipart/report; report-type="delivery-status"; boundary=b', 'delivery-report'],
    ['Content-Type: multipart/report; report-type=disposition-notification; boundary=b', 'read-receipt'],
    ['Content-Type: multipart/report; report-type=feedback-report; boundary=b', 'report'],
    ['Content-Type: text/calendar; method=REQUEST', 'meeting'],
    ['Content-Class: urn:content-classes:calendarmessage\r\nContent-Type: multipart/alternative; boundary=b', 'meeting'],
    ['Content-Type: multipart/signed; protocol="application/pkcs7-signature"; boundary=b', 'signed'],
    ['Content-Type: application/pkcs7-mime;\r\n smime-type=signed-data; name=smime.p7m', 'signed'],
    ['Content-Type: application/pkcs7-mime; smime-type=enveloped-data', 'encrypted'],
    ['Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary=b', 'encrypted'],
    ['Content-Type: application/ms-tnef; name=winmail.dat', 'tnef'],
  ])('is told by the header %j: %s', (header, kind) => {
    expect(headerFactsOf(header)).toEqual({ kind });
  });

  it('comes with who wrote it by itself, and through which list', () => {
    const header = 'Auto-Submitted: auto-replied; owner-email="a@b.c"\r\nList-Id: News of the railway <news.railway.example>\r\nContent-Type: text/plain';
    expect(headerFactsOf(header)).toEqual({ kind: 'message', autoSubmitted: 'auto-replied', listId: 'news.railway.example' });
    expect(headerFactsOf('Auto-Submitted: no')).toEqual({ kind: 'message' });
  });

  it.each([
    ['MAILER-DAEMON@mx.example.org', 'report'],
    ['postmaster@contoso.com', 'report'],
    ['MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@contoso.com', 'report'],
    ['ada@example.org', 'message'],
  ])('is guessed from the sender %s: %s', (address, kind) => {
    expect(kindOfSummary({ from: [address] })).toBe(kind);
  });

  it.each([
    ['delivery-status', 'delivery-report'],
    ['disposition-notification', 'read-receipt'],
    ['feedback-report', 'report'],
  ])('is known by the type of a report, %s, whoever sent it: %s', (reportType, kind) => {
    expect(kindOfSummary({ from: ['ada@example.org'], reportType })).toBe(kind);
  });
});

describe('reading a header', () => {
  const sourceOf = (pieces: readonly string[], read: string[]) => ({
    async *bytes() {
      for (const piece of pieces) {
        read.push(piece);
        yield Buffer.from(piece);
      }
    },
  });

  it('stops at its end, also where that lies between two pieces, and ends the source', async () => {
    const read: string[] = [];
    const source = sourceOf(['Subject: a\r\n', '\r', '\nbody', 'much more'], read);
    let closed = 0;
    expect(await readHeader({ bytes: source.bytes(), [Symbol.asyncDispose]: async () => void (closed += 1) })).toBe('Subject: a');
    expect(read).not.toContain('much more');
    expect(closed).toBe(1);
  });

  it('is content with what there is of a message that is nothing but a header', async () => {
    expect(await readHeader({ bytes: sourceOf(['Subject: a\r\n'], []).bytes(), async [Symbol.asyncDispose]() {} })).toBe('Subject: a\r\n');
  });
});
