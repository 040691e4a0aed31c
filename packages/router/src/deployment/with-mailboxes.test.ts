import { describe, expect, it } from 'vitest';
import { withMailboxes } from './with-mailboxes.ts';

const sales = { id: 'sales', address: 'sales@contoso.com', servers: { imap: { host: 'mail.contoso.com' } }, password: '${file:secrets/sales}' };
const LINE = '  - { id: sales, address: sales@contoso.com, servers: { imap: { host: mail.contoso.com } }, password: "${file:secrets/sales}" }\n';

describe('a configuration that gets more mailboxes', () => {
  it('keeps every line and remark that it has', () => {
    const text = '# ours\nversion: 1\nservers:\n  # two\n  imap: { host: a.example } # three\nmailboxes:\n  # the first\n  - { id: one, address: one@contoso.com } # since 2024\n';
    expect(withMailboxes(text, [sales])).toEqual({ text: text + LINE, before: 1 });
  });

  it.each(['version: 1\n', 'version: 1\nmailboxes:\n', 'version: 1\nmailboxes: []\n'])('gets its first ones: %j', (text) => {
    expect(withMailboxes(text, [sales, { id: 'two' }])?.text).toMatch(/^version: 1\nmailboxes:\n {2}- \{ id: sales, [^\n]*\}\n {2}- \{ id: two \}\n$/);
  });

  it('is left alone where it cannot be read, or its mailboxes are no list', () => {
    for (const text of ['', 'a: [', 'mailboxes: { id: one }', '- one', 'mailboxes: one']) expect(withMailboxes(text, [sales])).toBeUndefined();
  });
});
