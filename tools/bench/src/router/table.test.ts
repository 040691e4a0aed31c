import { describe, expect, it } from 'vitest';
import { routerTable } from './table.ts';

const machine = { cpu: 'Some CPU', cores: 2, memoryGb: 8, kernel: '6.1', node: 'v24.1.0', dovecot: '2.3.19.1', imapflow: '2.0.0', nodemailer: '10.0.0', undici: '8.0.0', date: '2026-11-23T10:00:00.000Z', commit: 'abc', load: 0.1 };

describe('the table of the router', () => {
  it('shows both sides, their ratio, the target and the verdict', () => {
    const text = routerTable([{ work: 'a burst', unit: '/s', ours: 1_234.4, bare: 12.34, ratio: 100, target: '≥ 400 /s', met: true }], { machine, about: 'somewhere' });
    expect(text).toContain('| a burst | **1,234 /s** | 12.3 /s | 100.00 | ≥ 400 /s | met |');
  });

  it('says what was missed, and what nobody has to reach', () => {
    const text = routerTable(
      [
        { work: 'one', unit: 's', ours: 3, target: '≤ 2 s', met: false },
        { work: 'two', unit: 's', ours: 3, target: '' },
      ],
      { machine, about: 'somewhere' },
    );
    expect(text).toContain('| one | **3.00 s** | – | – | ≤ 2 s | **missed** |');
    expect(text).toContain('| two | **3.00 s** | – | – | – | for information |');
  });
});
