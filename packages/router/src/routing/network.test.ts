import { describe, expect, it } from 'vitest';
import { createNetworkChooser, isReachedDirectly } from './network.ts';

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

describe('the network of a mailbox', () => {
  const config = { network: { ca: ['one'], proxy: 'http://proxy:8080', noProxy: ['near'], direct: false } };
  const mailbox = {};

  it('is the same object for all that reach their servers in the same way', () => {
    const choose = createNetworkChooser(config);
    expect(choose(mailbox, 'far', [])).toBe(choose(mailbox, 'farther', []));
    expect(choose(mailbox, 'far', ['two'])).toBe(choose(mailbox, 'far', ['two']));
  });

  it('is another one where the way or what is trusted differs', () => {
    const choose = createNetworkChooser(config);
    const network = choose(mailbox, 'far', []);
    expect(choose(mailbox, 'near', [])).not.toBe(network);
    expect(choose(mailbox, 'near', [])).toEqual({ ca: ['one'] });
    expect(choose(mailbox, 'far', ['two'])).toEqual({ ca: ['one', 'two'], proxy: 'http://proxy:8080' });
  });
});
