import pc from 'picocolors';
import { describe, expect, it } from 'vitest';
import { renderTable } from './table.ts';
import { textWidth } from './text.ts';

const colors = pc.createColors(false);
const COLUMNS = [{ head: '', fixed: true }, { head: 'Mailbox' }, { head: 'Subject' }];
const FLOW = 'o365-imap-client-credentials';
const rows = [
  ['✔', [{ text: 'sales' }, { text: 'customer.relations.department@a-long-subdomain.of.contoso.test' }, { text: FLOW }], { text: '会議の議事録をお送りします — ご確認をお願いいたします', clipped: true }],
  ['✘', 'a-mailbox-with-a-rather-long-identifier', { text: 'Grüße 🎉🎉 👨‍👩‍👧‍👦 from a subject that does not fit into any terminal of eighty columns', clipped: true }],
] as const;

describe('a table', () => {
  it.each([40, 80, 100, 200])('is never wider than the %i columns there are, whatever lies in it', (width) => {
    for (const line of renderTable(COLUMNS, rows, { colors, width }).split('\n')) expect(textWidth(line)).toBeLessThanOrEqual(width);
  });

  it('leaves nothing out of what somebody needs whole, and shortens a subject', () => {
    const shown = renderTable([{ head: 'Mailbox' }, { head: 'Subject' }], rows.map(([, ...row]) => row), { colors, width: 50 });
    const left = shown.split('\n').slice(2).map((line) => line.split(/\s{2,}/)[0]).join('');
    expect(left).toBe(`salescustomer.relations.department@a-long-subdomain.of.contoso.test${FLOW}a-mailbox-with-a-rather-long-identifier`);
    expect(shown).toContain('…');
  });
});
