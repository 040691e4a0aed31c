import { describe, expect, it } from 'vitest';
import { closest, didYouMean } from './suggest.ts';

describe('a suggestion', () => {
  it('is the nearest name, and none when nothing is near', () => {
    expect(closest('adress', ['id', 'address', 'auth'])).toBe('address');
    expect(closest('HOST', ['host', 'port'])).toBe('host');
    expect(closest('zebra', ['id', 'address'])).toBeUndefined();
    expect(didYouMean('zebra', [])).toBe('');
  });
});
