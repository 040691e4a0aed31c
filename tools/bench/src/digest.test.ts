import { describe, expect, it } from 'vitest';
import { Digest, hashOf } from './digest.ts';

const digestOf = (parts: readonly unknown[]): string => {
  const digest = new Digest();
  for (const part of parts) digest.add(part);
  return digest.toString();
};

describe('digest', () => {
  it('does not depend on order', () => {
    expect(digestOf(['a', { b: 1 }])).toBe(digestOf([{ b: 1 }, 'a']));
  });

  it('tells a part that differs, is missing or came twice', () => {
    const digest = digestOf(['a', 'b']);
    expect(digestOf(['a', 'c'])).not.toBe(digest);
    expect(digestOf(['a'])).not.toBe(digest);
    expect(digestOf(['a', 'b', 'b'])).not.toBe(digest);
  });

  it('of bytes does not depend on how they were cut', async () => {
    expect(await hashOf([Buffer.from('ab'), Buffer.from('c')])).toBe(await hashOf([Buffer.from('abc')]));
  });
});
