import { contentOf } from '@signalbox/kit';
import { describe, expect, it } from 'vitest';
import { forwardOf, replyTo } from './answer.ts';
import { originalOfSummary, readOriginal } from './original.ts';

const original = {
  messageId: 'parent@example.org',
  references: ['root@example.org'],
  subject: 'Order 7',
  from: ['ada@example.org'],
  to: ['sales@example.com', 'bob@example.org'],
  cc: ['carl@example.org', 'ada@example.org'],
};

describe('a reply', () => {
  it('continues the thread of the original', () => {
    expect(replyTo(original, { text: 'Yes' }, 'sales@example.com')).toEqual({
      to: ['ada@example.org'],
      subject: 'Re: Order 7',
      text: 'Yes',
      inReplyTo: 'parent@example.org',
      references: ['root@example.org', 'parent@example.org'],
    });
  });

  it('goes where the original asks for, and to all others once, the mailbox itself left out', () => {
    expect(replyTo({ ...original, replyTo: ['desk@example.org'] }, {}, 'Sales@example.com', { all: true })).toMatchObject({
      to: ['desk@example.org'],
      cc: ['bob@example.org', 'carl@example.org', 'ada@example.org'],
    });
  });

  it.each(['Re: Order 7', 'RE[2]: Order 7', 'AW: Order 7'])('adds no second prefix to "%s"', (subject) => {
    expect(replyTo({ ...original, subject }, {}, 'sales@example.com')).toMatchObject({ subject });
  });

  it('goes by In-Reply-To where the original has no References', () => {
    expect(replyTo({ messageId: 'b@x', inReplyTo: 'a@x', from: ['ada@example.org'] }, {}, 'x@y')).toMatchObject({ references: ['a@x', 'b@x'] });
  });

  it('keeps the root and the newest of a thread that is very long', () => {
    const references = Array.from({ length: 60 }, (_, index) => `${index}@x`);
    const reply = replyTo({ ...original, references }, {}, 'x@y');
    expect([reply.references?.length, reply.references?.[0], reply.references?.at(-1)]).toEqual([25, '0@x', 'parent@example.org']);
  });
});

describe('a forward', () => {
  it('encloses the original as it is and belongs to its thread', () => {
    const content = contentOf('Subject: Order 7\r\n\r\nHello');
    const forward = forwardOf({ ...original, subject: 'Ordre: 7/ä' }, content, { to: ['dora@example.org'], text: 'See below' });
    expect(forward).toMatchObject({ subject: 'Fwd: Ordre: 7/ä', references: ['root@example.org', 'parent@example.org'], attachments: [{ content, filename: 'Ordre 7 ä.eml', mediaType: 'message/rfc822' }] });
    expect(forward).not.toHaveProperty('inReplyTo');
  });
});

describe('what is known of an original', () => {
  it('is read from its header alone', async () => {
    const text = 'From: "A, B" <ada@example.org>\r\nReply-To: desk@example.org\r\nTo: team: sales@example.com, b@example.org;\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nMessage-ID: <p@x>\r\nReferences: <a@x>\r\n <b@x>\r\n\r\n';
    let closed = false;
    async function* bytes() {
      try {
        yield Buffer.from(text);
        for (;;) yield Buffer.alloc(10);
      } finally {
        closed = true;
      }
    }
    expect(await readOriginal(bytes())).toEqual({ messageId: 'p@x', references: ['a@x', 'b@x'], subject: 'Grüße', from: ['ada@example.org'], replyTo: ['desk@example.org'], to: ['sales@example.com', 'b@example.org'], cc: [] });
    expect(closed).toBe(true);
  });

  it('is what the ledger has, where the message is gone', () => {
    expect(originalOfSummary({ ref: { folder: 'f', key: 'k' }, receivedAt: new Date(0), keywords: new Set(), messageId: 'p@x', from: ['a@b'] })).toEqual({ messageId: 'p@x', from: ['a@b'] });
  });
});
