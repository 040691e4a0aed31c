import type { ByteSource } from '@signalbox/core';
import { collectBytes } from '@signalbox/kit';
import { describe, expect, it } from 'vitest';
import { namesAnother, ownSource } from './own-source.ts';

const TEXT = 'From: ada@example.org\r\nMessage-ID: <one@example.org>\r\nSubject: one\r\n\r\nHello\r\n';

/** A source in pieces, which tells whether it was ended. */
function inPieces(text: string, size: number): ByteSource & { readonly ended: () => boolean } {
  let over = false;
  const bytes = (async function* () {
    for (let from = 0; from < text.length; from += size) yield Buffer.from(text.slice(from, from + size));
  })();
  return { bytes, ended: () => over, [Symbol.asyncDispose]: async () => void (over = true) };
}

const asked = (answer: boolean) => ({ isIt: async () => answer });

describe('the source of a message', () => {
  it.each([1, 7, 30, 1000])('is handed over whole when it is its own, in pieces of %i', async (size) => {
    const source = await ownSource(inPieces(TEXT, size), { messageId: 'one@example.org', ...asked(false) });
    expect((await collectBytes(source.bytes)).toString()).toBe(TEXT);
  });

  it('is refused and ended when the header names another message', async () => {
    const source = inPieces(TEXT, 10);
    await expect(ownSource(source, { messageId: 'two@example.org', ...asked(false) })).rejects.toMatchObject({ code: 'message.not-found' });
    expect(source.ended()).toBe(true);
  });

  it('is its own all the same where a listing says so: this door shows ids of its own', async () => {
    const source = await ownSource(inPieces(TEXT, 10), { messageId: 'two@example.org', ...asked(true) });
    expect((await collectBytes(source.bytes)).toString()).toBe(TEXT);
  });

  it('is taken as it is where there is nothing to compare, or no empty line', async () => {
    expect((await collectBytes((await ownSource(inPieces(TEXT, 10), asked(false))).bytes)).toString()).toBe(TEXT);
    expect((await collectBytes((await ownSource(inPieces('no mail at all', 5), { messageId: 'one@example.org', ...asked(false) })).bytes)).toString()).toBe('no mail at all');
  });
});

describe('a header', () => {
  it.each([
    ['Message-ID: <one@example.org>', false],
    ['Message-Id:\r\n <one@example.org>', false],
    ['Message-ID: one@example.org', false],
    ['Message-ID: <x@example.org>\r\nMessage-ID: <one@example.org>', false],
    ['Subject: Message-ID: <x@example.org>', false],
    ['Message-ID: <x@example.org>', true],
  ])('%j names another message than one@example.org: %s', (header, expected) => {
    expect(namesAnother(header, 'one@example.org')).toBe(expected);
  });
});
