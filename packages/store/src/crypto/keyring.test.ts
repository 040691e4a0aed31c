import { secret } from '@signalbox/core';
import { describe, expect, it } from 'vitest';
import { createKeyring } from './keyring.ts';
import { newKeyText, parseKeys } from './store-key.ts';

const keysOf = (text: string) => parseKeys(secret(text), 'The key');
const [ONE, TWO] = [newKeyText().reveal(), newKeyText().reveal()];

describe('the keyring', () => {
  const ring = createKeyring(keysOf(ONE));

  it('opens what it sealed, and seals the same thing differently each time', () => {
    const [first, second] = [ring.seal('name', secret('Grüße 🚂')), ring.seal('name', secret('Grüße 🚂'))];
    expect([ring.open('name', first).reveal(), ring.open('name', second).reveal()]).toEqual(['Grüße 🚂', 'Grüße 🚂']);
    expect(first.sealed).not.toBe(second.sealed);
    expect(first.sealed.slice(0, 16)).not.toBe(second.sealed.slice(0, 16)); // the nonce
  });

  it('does not open a record under another name', () => {
    expect(() => ring.open('other', ring.seal('name', secret('x')))).toThrow(expect.objectContaining({ code: 'config.invalid' }));
  });

  it('notices every changed bit', () => {
    const { keyId, sealed } = ring.seal('name', secret('value'));
    const octets = Buffer.from(sealed, 'base64');
    for (const index of octets.keys()) {
      const changed = Buffer.from(octets);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(() => ring.open('name', { keyId, sealed: changed.toString('base64') })).toThrow(/was changed or moved/);
    }
    expect(() => ring.open('name', { keyId, sealed: '' })).toThrow(/was changed or moved/);
  });

  it('names the key that is missing, and those it has, and no octet of any', () => {
    const other = createKeyring(keysOf(TWO));
    const failure = expect.objectContaining({ code: 'config.invalid', message: expect.stringContaining(ring.currentId), remedy: expect.objectContaining({ who: 'operator' }) });
    expect(() => other.open('name', ring.seal('name', secret('x')))).toThrow(failure);
    expect(() => other.open('name', ring.seal('name', secret('x')))).toThrow(expect.not.objectContaining({ message: expect.stringContaining(ONE) }));
  });

  it('seals with the first key and opens with all of them', () => {
    const both = createKeyring(keysOf(`${TWO}\n${ONE}`));
    expect(both.open('name', ring.seal('name', secret('old'))).reveal()).toBe('old');
    expect(both.seal('name', secret('new')).keyId).toBe(createKeyring(keysOf(TWO)).currentId);
  });
});

describe('a key', () => {
  it('is read from base64, base64url and hexadecimal, with remarks and blank lines around it', () => {
    const octets = Buffer.from(ONE, 'base64');
    const texts = [ONE, octets.toString('base64url'), octets.toString('hex'), octets.toString('hex').toUpperCase(), `# made today\n\n  ${ONE}  # current\n`];
    expect(new Set(texts.map((text) => keysOf(text)[0].id)).size).toBe(1);
  });

  it.each(['', '# nothing', 'a passphrase', 'c2hvcnQ=', 'x'.repeat(64), 'A'.repeat(42), `${ONE} short`])('is not made of %j', (text) => {
    expect(() => keysOf(text)).toThrow(expect.objectContaining({ code: 'config.invalid', remedy: expect.objectContaining({ text: expect.stringContaining('openssl rand') }) }));
  });

  it('does not show in what is wrong with it', () => {
    expect(() => keysOf(`${ONE} almost-a-key-but-not-quite`)).toThrow(expect.not.objectContaining({ message: expect.stringMatching(/almost|[\w+/]{43}/) }));
  });
});
