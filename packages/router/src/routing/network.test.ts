import { describe, expect, it } from 'vitest';
import { isReachedDirectly } from './network.ts';

describe('NO_PROXY', () => {
  it.each([
    ['mail.contoso.com', ['contoso.com']],
    ['mail.contoso.com', ['.contoso.com']],
    ['mail.contoso.com', ['*.contoso.com:993']],
    ['MAIL.contoso.com', ['x', 'mail.Contoso.com']],
    ['anything', ['*']],
    ['::1', ['[::1]:993']],
    ['[::1]', ['::1']],
  ])('reaches %s directly by %j', (host, entries) => {
    expect(isReachedDirectly(host, entries)).toBe(true);
  });

  it.each([
    ['notcontoso.com', ['contoso.com']],
    ['contoso.com.example', ['contoso.com']],
    ['a', []],
    ['a', ['']],
  ])('leaves %s to the proxy in spite of %j', (host, entries) => {
    expect(isReachedDirectly(host, entries)).toBe(false);
  });
});
