import { secret } from '@signalbox/core';
import { describe, expect, it } from 'vitest';
import { createKeyring } from './keyring.ts';
import { newKeyText, parseKeys } from './store-key.ts';

const keysOf = (text: string) => parseKeys(secret(text), 'The key');
/** What the release 0.1.0 stored for the name "name". */
const EARLIER = { keyId: '648f542c33e2', sealed: 'o/7Z0F7gU5hqsyhcyhz0+oeE3qjsXUjxtLt3j4n01C+l1RVF' };
const [ONE, TWO] = [newKeyText().reveal(), newKeyText().reveal()];

describe('the keyring', () => {
  const ring = createKeyring(keysOf(ONE));

  it('opens what it sealed, and seals the same thing differently each time', () => {
    const [first, second] = [ring.seal('token', 'name', secret('Grüße 🚂')), ring.seal('token', 'name', secret('Grüße 🚂'))];
    expect([ring.open('token', 'name', first).reveal(), ring.open('token', 'name', second).reveal()]).toEqual(['Grüße 🚂', 'Grüße 🚂']);
    expect(first.sealed).not.toBe(second.sealed);
    expect(first.sealed.slice(0, 16)).not.toBe(second.sealed.slice(0, 16)); // the nonce
  });

  it('does not open a record under another name, and not in another table', () => {
    const record = ring.seal('token', 'name', secret('x'));
    expect(() => ring.open('token', 'other', record)).toThrow(expect.objectContaining({ code: 'config.invalid' }));
    expect(() => ring.open('outbox', 'name', record)).toThrow(/outbox "name" does not open/);
  });

  it('opens what an earlier release has sealed', () => {
    const earlier = createKeyring(keysOf('AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8='));
    expect(earlier.open('token', 'name', EARLIER).reveal()).toBe('of 0.1.0');
  });

  it('seals octets that are no text', () => {
    const octets = Buffer.from([0, 255, 128, 0xc3, 0x28]);
    expect(ring.openOctets('outbox_part', 'id/1', ring.sealOctets('outbox_part', 'id/1', octets))).toEqual(octets);
  });

  it('notices every changed bit', () => {
    const { keyId, sealed } = ring.seal('token', 'name', secret('value'));
    const octets = Buffer.from(sealed, 'base64');
    for (const index of octets.keys()) {
      const changed = Buffer.from(octets);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(() => ring.open('token', 'name', { keyId, sealed: changed.toString('base64') })).toThrow(/was changed or moved/);
    }
    expect(() => ring.open('token', 'name', { keyId, sealed: '' })).toThrow(/was changed or moved/);
  });

  it('names the key that is missing, and those it has, and no octet of any', () => {
    const other = createKeyring(keysOf(TWO));
    const failure = expect.objectContaining({ code: 'config.invalid', message: expect.stringContaining(ring.currentId), remedy: expect.objectContaining({ who: 'operator' }) });
    expect(() => other.open('token', 'name', ring.seal('token', 'name', secret('x')))).toThrow(failure);
    expect(() => other.open('token', 'name', ring.seal('token', 'name', secret('x')))).toThrow(expect.not.objectContaining({ message: expect.stringContaining(ONE) }));
  });

  it('seals with the first key and opens with all of them', () => {
    const both = createKeyring(keysOf(`${TWO}\n${ONE}`));
    expect(both.open('token', 'name', ring.seal('token', 'name', secret('old'))).reveal()).toBe('old');
    expect(both.seal('token', 'name', secret('new')).keyId).toBe(createKeyring(keysOf(TWO)).currentId);
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
