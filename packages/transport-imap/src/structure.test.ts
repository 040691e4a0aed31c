import type { MessageStructureObject } from 'imapflow';
import { describe, expect, it } from 'vitest';
import { attachmentsOf, findPart, lacksHeader } from './structure.ts';

const text: MessageStructureObject = { part: '1', type: 'text/plain', encoding: '7bit', size: 5 };
const mixed = (...childNodes: MessageStructureObject[]): MessageStructureObject => ({ type: 'multipart/mixed', childNodes });

describe('attachments of a structure', () => {
  it('are the files, not the text', () => {
    const pdf: MessageStructureObject = { part: '2', type: 'application/pdf', encoding: 'base64', size: 999, disposition: 'attachment', dispositionParameters: { filename: 'Größe.pdf' } };
    expect(attachmentsOf(mixed(text, pdf))).toEqual([{ id: '2', kind: 'file', filename: 'Größe.pdf', mediaType: 'application/pdf', inline: false }]);
  });

  it('have a size only where the encoding leaves octets as they are', () => {
    const csv: MessageStructureObject = { part: '2', type: 'text/csv', encoding: '8bit', size: 12, parameters: { name: 'a.csv' } };
    expect(attachmentsOf(mixed(text, csv))[0]).toMatchObject({ size: 12, filename: 'a.csv' });
  });

  it('are inline where the sender says so, or where related text can point at them', () => {
    const image: MessageStructureObject = { part: '1.2', type: 'image/png', encoding: 'base64', id: '<logo@x>' };
    const related: MessageStructureObject = { part: '1', type: 'multipart/related', childNodes: [{ ...text, part: '1.1', type: 'text/html' }, image] };
    expect(attachmentsOf(mixed(related))).toEqual([{ id: '1.2', kind: 'file', mediaType: 'image/png', inline: true, contentId: 'logo@x' }]);
  });

  it('show an attached message as one, whatever is in it', () => {
    const message: MessageStructureObject = { part: '2', type: 'message/rfc822', size: 20, childNodes: [{ part: '2', type: 'text/plain', parameters: { name: 'inner.txt' } }] };
    expect(attachmentsOf(mixed(text, message))).toEqual([{ id: '2', kind: 'message', mediaType: 'message/rfc822', size: 20, inline: false }]);
  });

  it('leave the other forms of an alternative out', () => {
    expect(attachmentsOf({ type: 'multipart/alternative', childNodes: [text, { part: '2', type: 'text/calendar' }] })).toEqual([]);
  });

  it('number the only part of a message 1', () => {
    const only: MessageStructureObject = { type: 'application/pdf', encoding: 'base64' };
    expect(attachmentsOf(only).map(({ id }) => id)).toEqual(['1']);
    expect(findPart(only, '1')).toBe(only);
    expect(findPart(only, '2')).toBeUndefined();
  });

  it('pass over what the server could not make out', () => {
    expect(attachmentsOf(mixed({ part: '1', type: '/' }, { type: 'multipart/mixed' }))).toEqual([]);
  });
});

describe('an attached message as the server hands it out', () => {
  const message: MessageStructureObject = { part: '2', type: 'message/rfc822', size: 73, envelope: { messageId: '<in@b.c>' } };
  const seems = (text: string, node = message): boolean => lacksHeader(node, Buffer.from(text));

  it.each(['From: in@b.c\r\nMessage-ID: <in@b.c>\r\n\r\ninner', 'From robin Mon Nov 23\r\nMessage-Id:\r\n <in@b.c>\r\n\r\n'])('may be whole: %j', (text) => {
    expect(seems(text)).toBe(false);
  });

  it.each(['inner\r\n', '', 'Note: the Message-ID is not here\r\n', 'Grüße: <in@b.c>\r\n'])('is not whole: %j', (text) => {
    expect(seems(text)).toBe(true);
  });

  it('is believed where nothing tells what it should hold', () => {
    expect(seems('Note: of a text, perhaps\r\n', { ...message, envelope: {} })).toBe(false);
    expect(seems('\r\na message without a header\r\n', { ...message, envelope: {} })).toBe(false);
  });

  it('is believed where it is encoded, and a file always is', () => {
    expect(seems('RnJvbTo', { ...message, encoding: 'base64' })).toBe(false);
    expect(seems('inner', { ...message, type: 'text/plain' })).toBe(false);
  });
});
