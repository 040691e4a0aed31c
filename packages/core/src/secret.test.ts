import { format, inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { secret } from './secret.ts';

const VALUE = 'correct horse battery staple';

describe('a secret', () => {
  const held = secret(VALUE);
  const hidden: unknown = held; // as whoever prints it sees it

  it('is revealed on request', () => {
    expect(held.reveal()).toBe(VALUE);
  });

  it.each([
    ['a template', () => `password: ${hidden as string}`],
    ['string concatenation', () => ''.concat(hidden as string)],
    ['JSON', () => JSON.stringify({ password: hidden })],
    ['inspect', () => inspect({ deep: { er: [hidden] } }, { depth: 9, showHidden: true, getters: true })],
    ['inspect without custom functions', () => inspect(hidden, { customInspect: false, showHidden: true, depth: 9 })],
    ['console formats', () => format('%s %o %O %j', hidden, hidden, hidden, hidden)],
    ['an error message', () => inspect(new Error(`refused ${String(hidden)}`, { cause: { credential: hidden } }))],
    ['its own values', () => JSON.stringify(Object.values(held)) + JSON.stringify({ ...held })],
  ])('does not show in %s', (_, print) => {
    expect(print()).not.toContain(VALUE);
  });

  it('says that it is a secret instead', () => {
    expect([String(hidden), JSON.stringify(hidden), inspect(hidden)]).toEqual(['[secret]', '"[secret]"', '[secret]']);
  });

  it('cannot be changed to reveal itself', () => {
    expect(Object.isFrozen(hidden)).toBe(true);
  });
});
