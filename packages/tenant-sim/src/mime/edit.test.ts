import { describe, expect, it } from 'vitest';
import { editHeaders } from './edit.ts';

const edit = (text: string, ...options: Parameters<typeof editHeaders> extends [Buffer, infer O] ? [O] : never): string => editHeaders(Buffer.from(text), options[0]).toString();

describe('editing a header', () => {
  it('leaves fields out whole, folded lines among them, whatever their case', () =>
    expect(edit('A: 1\r\nBcc: x@y,\r\n z@y\r\nB: 2\r\n\r\nBcc: body\r\n', { remove: ['bCC'] })).toBe('A: 1\r\nB: 2\r\n\r\nBcc: body\r\n'));

  it('puts new fields first', () => expect(edit('A: 1\r\n\r\nbody', { add: ['N: 0'] })).toBe('N: 0\r\nA: 1\r\n\r\nbody'));

  it('gives back the same bytes when there is nothing to do', () => {
    const raw = Buffer.from('A: 1\n\nbody');
    expect(editHeaders(raw, { remove: ['Bcc'] })).toBe(raw);
  });

  it('manages with a message that is all header, and with one that has none', () => {
    expect(edit('A: 1\r\nBcc: x\r\n', { remove: ['bcc'] })).toBe('A: 1\r\n\r\n');
    expect(edit('\r\nbody', { add: ['N: 0'] })).toBe('N: 0\r\n\r\nbody');
  });
});
