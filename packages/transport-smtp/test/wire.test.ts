import { MailError, type Content } from '@signalbox/core';
import { contentOf } from '@signalbox/kit';
import { describe, expect, it } from 'vitest';
import { MAILBOX, openScripted } from './open-scripted.ts';

const HEADER = 'Message-ID: <1@local.example>\r\nDate: Tue, 24 Nov 2026 10:00:00 +0000\r\n';
const mailFrom = (lines: readonly string[]): string | undefined => lines.find((line) => line.startsWith('MAIL FROM'));

describe('the octets on the wire', () => {
  it('are the content with its dots stuffed, Bcc header included', async () => {
    await using scripted = await openScripted();
    await scripted.send(`${HEADER}Bcc: hidden@local.example\r\nX-Folded: one\r\n two\r\n\r\n.\r\n..two\r\nplain\r\n`);
    expect(scripted.server.contents[0]?.toString()).toBe(`${HEADER}Bcc: hidden@local.example\r\nX-Folded: one\r\n two\r\n\r\n..\r\n...two\r\nplain\r\n.\r\n`);
  });

  it('have CRLF for every bare CR and LF, which SMTP cannot carry, and a line end at the end', async () => {
    await using scripted = await openScripted();
    await scripted.send('Subject: x\n\none\rtwo\n.three');
    expect(scripted.server.contents[0]?.toString('latin1')).toBe('Subject: x\r\n\r\none\r\ntwo\r\n..three\r\n.\r\n');
  });

  it('keep every other octet, also those above 127 and NUL', async () => {
    const body = Buffer.from(Array.from({ length: 256 }, (_, octet) => octet).filter((octet) => octet !== 10 && octet !== 13));
    await using scripted = await openScripted();
    await scripted.send(Buffer.concat([Buffer.from('Subject: x\r\n\r\n'), body, Buffer.from('\r\n')]));
    expect(scripted.server.contents[0]).toEqual(Buffer.concat([Buffer.from('Subject: x\r\n\r\n'), body, Buffer.from('\r\n.\r\n')]));
  });

  it('are the same for content in many pieces, of unknown size, or empty', async () => {
    await using scripted = await openScripted();
    const raw = `${HEADER}\r\n${'.dots\r\n'.repeat(40_000)}`;
    const pieces: Content = {
      async *open() {
        for (let at = 0; at < raw.length; at += 4099) {
          yield Buffer.from(raw.slice(at, at + 4099));
          yield new Uint8Array();
        }
      },
    };
    const envelope = { mailFrom: MAILBOX.address, rcptTo: ['ada@local.example'] as const };
    await scripted.transport.send?.dispatch({ envelope, content: pieces });
    await scripted.transport.send?.dispatch({ envelope, content: contentOf(raw) });
    const [first, second] = scripted.server.contents;
    expect(first?.equals(second ?? Buffer.alloc(0))).toBe(true);
    expect(first?.byteLength).toBe(raw.length + 40_000 + 3);
    await scripted.transport.send?.dispatch({ envelope, content: contentOf('') });
    expect(scripted.server.contents[2]?.toString()).toBe('\r\n.\r\n');
  });
});

describe('the envelope on the wire', () => {
  it.each([
    ['plain ASCII', `${HEADER}\r\nplain\r\n`, 'ada@local.example', ''],
    ['octets above 127 in the body', `${HEADER}\r\nGrüße\r\n`, 'ada@local.example', ' BODY=8BITMIME'],
    ['UTF-8 in the header', `Subject: Grüße\r\n\r\nplain\r\n`, 'ada@local.example', ' BODY=8BITMIME SMTPUTF8'],
    ['an address outside ASCII', `${HEADER}\r\nplain\r\n`, 'grüße@local.example', ' SMTPUTF8'],
    ['more than was looked at', `${HEADER}\r\n${'plain\r\n'.repeat(20_000)}`, 'ada@local.example', ' BODY=8BITMIME'],
  ])('asks for what the message needs: %s', async (_what, raw, to, parameters) => {
    await using scripted = await openScripted();
    await scripted.send(raw, [to]);
    expect(mailFrom(scripted.server.lines)).toBe(`MAIL FROM:<${MAILBOX.address}>${parameters}`);
  });

  it('declares the size, and never asks for delivery notifications', async () => {
    await using scripted = await openScripted({ keywords: ['SIZE 1000', 'DSN', 'AUTH PLAIN'] });
    await scripted.send('Subject: x\r\n\r\nfour');
    expect(mailFrom(scripted.server.lines)).toBe(`MAIL FROM:<${MAILBOX.address}> SIZE=18`);
    expect(scripted.server.lines.filter((line) => line.startsWith('RCPT'))).toEqual(['RCPT TO:<ada@local.example>']);
    expect(scripted.transport.send?.traits.maxBytes).toBe(1000);
  });

  it('refuses an address outside ASCII where the server cannot take it, and sends nothing', async () => {
    await using scripted = await openScripted({ keywords: ['AUTH PLAIN'] });
    await expect(scripted.send('Subject: x\r\n\r\n', ['grüße@local.example'])).rejects.toMatchObject({ code: 'capability.unsupported' });
    expect(mailFrom(scripted.server.lines)).toBeUndefined();
  });

  it('uses no capability that the configuration says to ignore', async () => {
    await using scripted = await openScripted({ keywords: ['SIZE 10', 'PIPELINING', '8BITMIME', 'SMTPUTF8', 'AUTH PLAIN LOGIN'] }, { config: { ignoreCapabilities: ['smtputf8', '8BITMIME', 'SIZE'] } });
    await scripted.send('Subject: Grüße\r\n\r\nGrüße');
    expect(mailFrom(scripted.server.lines)).toBe(`MAIL FROM:<${MAILBOX.address}>`);
    expect(scripted.transport.send?.traits.maxBytes).toBeUndefined();
  });

  it.each(['a@x.test>\r\nRCPT TO:<b@x.test', 'a@x.test\r\n', '<a@x.test>', ''])('refuses %j as a recipient before connecting', async (address) => {
    await using scripted = await openScripted();
    const before = scripted.server.lines.length;
    await expect(scripted.send('x', [address])).rejects.toMatchObject({ code: 'config.invalid', affects: 'item' });
    expect(scripted.server.lines.length).toBe(before);
  });
});

describe('content that cannot be sent', () => {
  const envelope = { mailFrom: MAILBOX.address, rcptTo: ['ada@local.example'] as const };

  it('of unknown size is given up when it outgrows the limit, and never completed', async () => {
    await using scripted = await openScripted({}, { config: { maxBytes: 200_000 } });
    const endless: Content = {
      async *open() {
        for (;;) yield Buffer.alloc(10_000, 'x');
      },
    };
    await expect(scripted.transport.send?.dispatch({ envelope, content: endless })).rejects.toMatchObject({ code: 'message.too-large', affects: 'item' });
    expect(scripted.server.contents).toEqual([]);
    await scripted.send('Subject: next\r\n\r\n');
    expect(scripted.server.contents.length).toBe(1);
  });

  it('whose source fails is never completed, and the failure is told as it is', async () => {
    await using scripted = await openScripted();
    const told = new MailError('message.not-found', 'It is gone.');
    const failing = (error: unknown): Content => ({
      async *open() {
        yield Buffer.alloc(100_000, 'x');
        throw error;
      },
    });
    await expect(scripted.transport.send?.dispatch({ envelope, content: failing(told) })).rejects.toBe(told);
    expect(told.code).toBe('message.not-found');
    await expect(scripted.transport.send?.dispatch({ envelope, content: failing(new Error('disk')) })).rejects.toMatchObject({ code: 'config.invalid', affects: 'item' });
    expect(scripted.server.contents).toEqual([]);
  });

  it('is opened again for the second attempt on a fresh connection', async () => {
    await using scripted = await openScripted({ answers: { MAIL: (socket) => (scripted.server.connections === 1 ? socket.destroy() : socket.write('250 fine\r\n')) } });
    const receipt = await scripted.send(`${HEADER}\r\nwhole\r\n`);
    expect(receipt.messageId).toBe('1@local.example');
    expect(scripted.server.connections).toBe(2);
    expect(scripted.server.contents[0]?.toString()).toContain('whole');
  });
});
