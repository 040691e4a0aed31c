import { isMailError } from '@signalbox/core';
import { describe, expect, it } from 'vitest';
import { isProxyUrl, parseProxy } from './address.ts';

describe('the address of a proxy', () => {
  it.each([
    ['http://proxy.example', { protocol: 'http', host: 'proxy.example', port: 80 }],
    ['https://proxy.example', { protocol: 'https', host: 'proxy.example', port: 443 }],
    ['socks5://proxy.example', { protocol: 'socks5', host: 'proxy.example', port: 1080 }],
    ['SOCKS5h://[::1]:9050', { protocol: 'socks5', host: '::1', port: 9050 }],
    ['http://[2001:db8::1]:3128', { protocol: 'http', host: '2001:db8::1', port: 3128 }],
  ])('%s is taken apart', (text, expected) => {
    expect(isProxyUrl(text)).toBe(true);
    expect(parseProxy(text)).toMatchObject(expected);
    expect(parseProxy(text)).not.toHaveProperty('login');
  });

  it.each([
    ['http://user:p%40ss@proxy.example', 'user', 'p@ss'],
    ['socks5://user:100%@proxy.example', 'user', '100%'],
    ['http://only%20a%20user@proxy.example', 'only a user', ''],
  ])('%s carries a login', (text, username, password) => {
    const { login } = parseProxy(text);
    expect(login?.username).toBe(username);
    expect(login?.password.reveal()).toBe(password);
  });

  it('shows its password to nobody who did not ask', () => {
    expect(JSON.stringify(parseProxy('socks5://user:hunter2@proxy.example'))).not.toContain('hunter2');
  });

  it.each(['', 'proxy.example:3128', 'socks4://user:hunter2@proxy.example', 'ftp://user:hunter2@proxy.example', 'socks5://user:hunter2@:1080', 'http://user:hunter2@proxy.example:99999'])('%j is refused', (text) => {
    expect(isProxyUrl(text)).toBe(false);
    expect(refusalOf(text)).toMatch(/^config\.invalid (?!.*hunter2)/s);
  });

  it('is refused where SOCKS cannot carry its login', () => {
    expect(refusalOf(`socks5://user:${'hunter2'.repeat(40)}@proxy.example`)).toMatch(/^config\.invalid (?!.*hunter2)/s);
    expect(parseProxy(`http://user:${'x'.repeat(300)}@proxy.example`).login?.username).toBe('user');
  });
});

/** What a refusal says; nothing where it is none. */
function refusalOf(text: string): string | undefined {
  try {
    parseProxy(text);
    return undefined;
  } catch (error) {
    return `${isMailError(error) ? error.code : 'another failure'} ${String(error)} ${JSON.stringify(error)}`;
  }
}
