import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import type { World } from '../world.ts';

/** Neither the text itself nor what it encodes holds a password or token of this world. */
export function revealsNone({ secrets = [] }: World, thing: unknown, what: string): void {
  const text = typeof thing === 'string' ? thing : inspect(thing, { depth: 12, showHidden: true, getters: true });
  const decoded = Buffer.from(text, 'base64').toString('latin1');
  for (const value of secrets) {
    const encoded = Buffer.from(value).toString('base64').replace(/=+$/, '');
    const shown = text.includes(value) || decoded.includes(value) || text.includes(encoded);
    assert.equal(shown, false, `${what} reveals a password or token`); // without showing it once more
  }
}
