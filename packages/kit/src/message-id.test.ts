import { describe, expect, it } from 'vitest';
import { normalizeMessageId, parseMessageIds } from './message-id.ts';

describe('normalizeMessageId', () => {
  it.each([
    ['plain', '<a@example.org>', 'a@example.org'],
    ['without brackets', 'a@example.org', 'a@example.org'],
    ['with space around', '  <a@example.org>\t', 'a@example.org'],
    ['with space inside the brackets', '< a@example.org >', 'a@example.org'],
    ['on the next line', '\r\n <a@example.org>', 'a@example.org'],
    ['folded in the middle', '<very-long-left-part\r\n @example.org>', 'very-long-left-part@example.org'],
    ['with a comment before', '(made by a robot) <a@example.org>', 'a@example.org'],
    ['with a comment after', '<a@example.org> (added by postmaster)', 'a@example.org'],
    ['in double brackets', '<<a@example.org>>', 'a@example.org'],
    ['followed by another', '<a@example.org> <b@example.org>', 'a@example.org'],
    ['with a quoted left part', '<"a b"@example.org>', '"ab"@example.org'],
    ['with a domain literal', '<a@[192.0.2.1]>', 'a@[192.0.2.1]'],
    ['without an at sign', '<20261101.4711>', '20261101.4711'],
    ['not closed', '<a@example.org', '<a@example.org'],
    ['in upper case, which is another id', '<A@Example.org>', 'A@Example.org'],
    ['with letters beyond ASCII', '<ä@example.org>', 'ä@example.org'],
  ])('of an id %s', (_, header, id) => {
    expect(normalizeMessageId(header)).toBe(id);
  });

  it.each([undefined, null, '', '  ', '\r\n ', '<>', '< >'])('of nothing (%j) is absent', (header) => {
    expect(normalizeMessageId(header)).toBeUndefined();
  });

  it('changes nothing the second time', () => {
    const once = normalizeMessageId('(x) <very-long\r\n @example.org>');
    expect(normalizeMessageId(once)).toBe(once);
  });
});

describe('parseMessageIds', () => {
  it.each([
    ['one', '<a@x>', ['a@x']],
    ['several, oldest first', '<a@x> <b@x> <c@x>', ['a@x', 'b@x', 'c@x']],
    ['folded', '<a@x>\r\n\t<b@x>', ['a@x', 'b@x']],
    ['with nothing between', '<a@x><b@x>', ['a@x', 'b@x']],
    ['with commas between, as some senders do', '<a@x>, <b@x>', ['a@x', 'b@x']],
    ['with comments', '(first) <a@x> (second) <b@x>', ['a@x', 'b@x']],
    ['without brackets', 'a@x  b@x', ['a@x', 'b@x']],
    ['with empty ones among them', '<> <a@x> < >', ['a@x']],
    ['the same twice', '<a@x> <a@x>', ['a@x', 'a@x']],
  ])('of %s', (_, header, ids) => {
    expect(parseMessageIds(header)).toEqual(ids);
  });

  it.each([undefined, null, '', ' \r\n '])('of nothing (%j) is empty', (header) => {
    expect(parseMessageIds(header)).toEqual([]);
  });
});
