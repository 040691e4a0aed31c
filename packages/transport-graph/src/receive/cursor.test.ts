import { describe, expect, it } from 'vitest';
import { type Position, readCursor, writeCursor } from './cursor.ts';
import { KnownMessages } from './known.ts';

const keys = Array.from({ length: 300 }, (_, index) => `AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0A${index}=`);
const known = (count: number, most?: number): KnownMessages => {
  const messages = new KnownMessages('', most);
  for (const key of keys.slice(0, count)) messages.add(key);
  return messages;
};
const LINK = '/users/sales@contoso.test/mailFolders/AAMk=/messages/delta?$deltatoken=';
const roundTrip = (position: Position): Position => readCursor('graph:h:a', 'AAMk=', writeCursor('graph:h:a', 'AAMk=', position));

describe('a cursor', () => {
  it('brings back where the server was, and what was reported', () => {
    const position = roundTrip({ link: `${LINK}abc`, first: true, known: known(3), silence: { since: 1_700_000_000_000, present: known(2) } });
    expect([position.link, position.first, position.silence?.since]).toEqual([`${LINK}abc`, true, 1_700_000_000_000]);
    expect(keys.slice(0, 4).map((key) => [position.known.has(key), position.silence?.present.has(key)])).toEqual([[true, true], [true, true], [true, false], [false, false]]);
  });

  it('keeps the messages that were reported last, and tells when one is reported again', () => {
    const messages = known(300);
    expect([messages.has(keys[0]!), messages.has(keys[299]!), messages.add(keys[299]!), messages.add('new')]).toEqual([false, true, true, false]);
  });

  it('of many that were there, has room for some, the youngest', () => {
    const { silence } = roundTrip({ link: LINK, first: true, known: known(0), silence: { since: 0, present: known(300, Infinity) } });
    expect([silence?.present.has(keys[10]!), silence?.present.has(keys[299]!)]).toEqual([false, true]);
  });

  it('brings back which subscriptions may have been left behind, the youngest, in the midst of a first sweep and later', () => {
    const silence = { since: 1_700_000_000_000, present: known(2) };
    const [during, later] = [{ silence }, {}].map((more) => roundTrip({ link: LINK, first: true, known: known(1), subscriptions: ['a', 'b', 'c', 'd', 'e'], ...more }));
    expect([during?.subscriptions, during?.silence?.since, later?.subscriptions, later?.silence]).toEqual([['b', 'c', 'd', 'e'], silence.since, ['b', 'c', 'd', 'e'], undefined]);
    expect(roundTrip({ link: LINK, first: true, known: known(1) }).subscriptions).toBeUndefined();
  });

  it.each([3_000, 5_000, 5_900])('gives way to a link of %i characters, within 8 KiB', (length) => {
    const link = LINK.padEnd(length, 'x');
    const position: Position = { link, first: false, known: known(256) };
    expect(writeCursor('graph:h:a', 'AAMk=', position).length).toBeLessThanOrEqual(8_192);
    expect(roundTrip(position).link).toBe(link);
  });

  it('says so when no cursor could keep the link', () => {
    expect(() => writeCursor('graph:h:a', 'AAMk=', { link: LINK.padEnd(7_000, 'x'), first: false, known: known(1) })).toThrow(expect.objectContaining({ code: 'protocol.violation', retry: 'never' }));
  });
});
