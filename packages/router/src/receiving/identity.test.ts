import { describe, expect, it } from 'vitest';
import { factsKeyOf, identityOf, idKeyOf } from './identity.ts';

describe('the identity of a message', () => {
  it('is the same for an id in brackets and without, and absent without one', () => {
    expect(idKeyOf('<a@b>')).toBe(idKeyOf('a@b'));
    expect(idKeyOf('a@b')).toMatch(/^[\w-]{22}$/);
    expect(idKeyOf(undefined)).toBeUndefined();
    expect(identityOf({ ref: { folder: 'f', key: '1' }, receivedAt: new Date(5), keywords: new Set() })).toEqual({ factsKey: factsKeyOf({}), arrivedAt: 5 });
  });

  it('takes no notice of how a door folds a subject, writes an address or rounds a date', () => {
    const facts = { from: ['Ada@Example.org'], subject: 'Hello  there', sentAt: new Date('2026-11-25T10:00:00.000Z') };
    expect(factsKeyOf({ from: ['ada@example.org'], subject: ' Hello\tthere', sentAt: new Date('2026-11-25T10:00:00.900Z') })).toBe(factsKeyOf(facts));
  });

  it.each([{ from: ['bob@example.org'] }, { subject: 'Hello' }, { sentAt: new Date('2026-11-25T10:00:01Z') }])('differs with %j', (other) => {
    const facts = { from: ['ada@example.org'], subject: 'Hello there', sentAt: new Date('2026-11-25T10:00:00Z') };
    expect(factsKeyOf({ ...facts, ...other })).not.toBe(factsKeyOf(facts));
  });
});
