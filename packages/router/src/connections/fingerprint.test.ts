import { secret } from '@signalbox/core';
import { describe, expect, it } from 'vitest';
import { createFingerprinter } from './fingerprint.ts';

describe('a fingerprint', () => {
  const fingerprint = createFingerprinter();

  it('is the same for the same settings, whatever their order and wherever their secrets were made', () => {
    expect(fingerprint({ a: 1, b: [secret('x')] })).toBe(fingerprint({ b: [secret('x')], a: 1, c: undefined }));
    expect(fingerprint(new Date(5))).toBe(fingerprint(new Date(5)));
  });

  it.each([
    [{ a: '1' }, { a: 1 }],
    [{ a: secret('x') }, { a: secret('y') }],
    [{ a: secret('x') }, { a: 'x' }],
    [{ a: null }, { a: 'null' }],
    [['a', 'b'], ['a,b']],
    [{ a: { b: 1 } }, { 'a.b': 1 }],
    [new Date(5), new Date(6)],
    [new Map(), new Map()],
  ])('tells %j from %j', (one, other) => {
    expect(fingerprint(one)).not.toBe(fingerprint(other));
  });

  it('knows a function and an object with a class again', () => {
    const [fn, map] = [(): void => {}, new Map()];
    expect(fingerprint([fn, map])).toBe(fingerprint([fn, map]));
  });

  it('cannot be compared with one made elsewhere', () => {
    expect(createFingerprinter()('x')).not.toBe(fingerprint('x'));
  });
});
