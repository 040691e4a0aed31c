import { collectBytes, contentOf } from '@signalbox/kit';
import PostalMime from 'postal-mime';
import { describe, expect, it } from 'vitest';
import type { OutgoingMail } from '../mail.ts';
import { composeMail, type ComposeOptions } from './compose.ts';

const options: ComposeOptions = { id: 'entry-1', date: new Date('2026-03-04T05:06:07Z'), mailbox: 'sales@example.com', defaults: {} };

async function composed(mail: OutgoingMail, more: Partial<ComposeOptions> = {}) {
  const made = await composeMail(mail, { ...options, ...more });
  const bytes = await collectBytes(made.bytes);
  return { ...made, text: bytes.toString('latin1'), digest: made.requestDigest(), email: await PostalMime.parse(bytes) };
}

const whole = (text: string, more = {}): OutgoingMail => ({ message: contentOf(Buffer.from(text, 'latin1')), ...more });

describe('a mail made of fields', () => {
  it('has its Message-ID from the entry and its Date before anything is tried', async () => {
    const { text, messageId } = await composed({ to: ['a@example.org'], subject: 'Grüße', text: 'Hello' });
    expect(messageId).toBe('entry-1@example.com');
    expect(text).toContain('Message-ID: <entry-1@example.com>\r\n');
    expect(text).toContain('Date: Wed, 04 Mar 2026 05:06:07 +0000\r\n');
  });

  it('comes from the default sender, and returns to the mailbox', async () => {
    const { email, envelope, messageId } = await composed({ to: ['a@example.org'], text: 'x' }, { defaults: { from: 'contact@example.net' } });
    expect([email.from?.address, envelope.mailFrom, messageId]).toEqual(['contact@example.net', 'sales@example.com', 'entry-1@example.net']);
  });

  it('names hidden recipients in the envelope alone, the default ones too, and everybody once', async () => {
    const mail = { to: ['Ada <a@example.org>'], cc: ['b@example.org'], bcc: ['c@example.org', 'A@example.org'], text: 'x' };
    const { text, envelope, bcc } = await composed(mail, { defaults: { bcc: ['archive@example.com'] } });
    expect(envelope.rcptTo).toEqual(['a@example.org', 'b@example.org', 'c@example.org', 'archive@example.com']);
    expect(bcc).toEqual(['c@example.org', 'archive@example.com']);
    expect(text).not.toMatch(/bcc|archive|c@example/i);
  });

  it('carries attachments as they were', async () => {
    const bytes = Buffer.from(Array.from({ length: 10_000 }, (_, index) => index % 256));
    const { email } = await composed({ to: ['a@example.org'], html: '<img src="cid:logo">', attachments: [{ content: contentOf(bytes), filename: 'Übersicht.pdf' }, { content: contentOf('x'), filename: 'l.png', contentId: 'logo' }] });
    const [first, second] = email.attachments.toSorted((a) => (a.filename === 'Übersicht.pdf' ? -1 : 1));
    expect(Buffer.from(first?.content as Uint8Array).equals(bytes)).toBe(true);
    expect([first?.filename, second?.contentId]).toEqual(['Übersicht.pdf', '<logo>']);
  });

  it('never reads a file that an attachment or a text names', async () => {
    const { text } = await composed({ to: ['a@example.org'], text: 'file:///etc/passwd' });
    expect(text).toContain('file:///etc/passwd');
  });

  it.each([
    ['has no recipient', { text: 'x' }],
    ['names somebody who cannot be written to', { to: ['nobody'] }],
    ['names a field that has one of its own', { to: ['a@example.org'], headers: { 'Message-Id': '<x@y>' } }],
    ['would write a second field', { to: ['a@example.org'], headers: { 'X-A': 'b\r\nBcc: c@example.org' } }],
  ])('is refused when it %s', async (_, mail) => {
    await expect(composed(mail)).rejects.toMatchObject({ code: 'message.refused', remedy: { who: 'operator' } });
  });
});

describe('a message that is there already', () => {
  it('keeps every octet but its Message-ID and Bcc', async () => {
    const head = 'From: a@example.com\r\nTo: b@example.org\r\nDate: Wed, 4 Mar 2026 01:02:03 +0100\r\nSubject: fol\r\n ded\r\nX: \xE4\r\n';
    const { text, envelope } = await composed(whole(`${head}Message-ID: <theirs@x>\r\nBcc: c@example.org,\r\n d@example.org\r\n\r\nbody\r\n\r\n\xFFmore`));
    expect(text).toBe(`Message-ID: <entry-1@example.com>\r\n${head}\r\nbody\r\n\r\n\xFFmore`);
    expect(envelope.rcptTo).toEqual(['b@example.org', 'c@example.org', 'd@example.org']);
  });

  it('gets Date and From where they are missing', async () => {
    const { text } = await composed(whole('To: b@example.org\nSubject: x\n\nbody'));
    expect(text).toBe('Message-ID: <entry-1@example.com>\r\nDate: Wed, 04 Mar 2026 05:06:07 +0000\r\nFrom: sales@example.com\r\nTo: b@example.org\r\nSubject: x\r\n\r\nbody');
  });

  it('goes to whoever is named beside it instead of whom its header names', async () => {
    const { envelope, bcc } = await composed(whole('To: b@example.org\r\n\r\n', { recipients: ['x@example.org'] }));
    expect([envelope.rcptTo, bcc]).toEqual([['x@example.org'], ['x@example.org']]);
  });

  it('may have a header that comes in pieces', async () => {
    const text = 'To: b@example.org\r\nFrom: a@example.com\r\n\r\nbody';
    const pieces = { open: async function* open() { for (const octet of Buffer.from(text)) yield Buffer.from([octet]); } };
    expect((await composed({ message: pieces })).text).toMatch(/To: b@example.org\r\nFrom: a@example.com\r\n\r\nbody$/);
  });
});

describe('the digest of a request', () => {
  const mail = { to: ['a@example.org'], subject: 'x', attachments: [{ content: contentOf('one'), filename: 'a' }] };

  it('is the same for the same mail, whatever is made of it', async () => {
    const [first, second] = [await composed(mail), await composed({ ...mail }, { id: 'entry-2', date: new Date(0) })];
    expect(first.text).not.toBe(second.text);
    expect(first.digest).toBe(second.digest);
  });

  it('is another as soon as anything given is', async () => {
    const others: OutgoingMail[] = [{ ...mail, subject: 'y' }, { ...mail, attachments: [{ content: contentOf('two'), filename: 'a' }] }, { ...mail, bcc: ['b@example.org'] }, whole('To: a@example.org\r\n\r\n1'), whole('To: a@example.org\r\n\r\n2')];
    const digests = await Promise.all([mail, ...others].map(async (each) => (await composed(each)).digest));
    expect(new Set(digests).size).toBe(digests.length);
  });
});
