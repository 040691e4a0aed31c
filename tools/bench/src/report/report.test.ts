import { describe, expect, it } from 'vitest';
import type { Results } from '../results.ts';
import { betweenMarkers } from './markers.ts';
import { markdown } from './table.ts';

const results: Results = {
  kind: 'full',
  machine: {
    cpu: 'Some CPU', cores: 2, memoryGb: 8, kernel: '6.1', node: 'v24.1.0', dovecot: '2.3.19.1', imapflow: '2.0.0',
    nodemailer: '10.0.0', undici: '8.0.0', date: '2026-11-23T10:00:00.000Z', commit: 'abc', load: 0.1,
  },
  paired: [
    {
      workload: 'flags',
      repeats: 12,
      idleMb: { ours: 90, bare: 80 },
      ratios: {
        cpu: { median: 1.034, low: 1.01, high: 1.06 },
        wall: { median: 1.12, low: 1.1, high: 1.2 },
        memory: { median: 1, low: 0.9, high: 1.1 },
      },
      met: false,
      pairs: [],
    },
  ],
  added: [
    {
      workload: 'read-150m',
      idleMb: { ours: 90, bare: 80 },
      addedMb: { ours: { peakMb: 12.34, sampledMb: 11 }, bare: { peakMb: 10, sampledMb: 9 } },
      met: true,
      runs: { ours: [], bare: [] },
    },
  ],
};

describe('table', () => {
  it('shows median and interval of each ratio and a verdict per row', () => {
    const text = markdown(results);
    expect(text).toContain('| **1.03** (1.01–1.06) | **1.12** (1.10–1.20) | **1.00** (0.90–1.10) | 0 | **missed** |');
    expect(text).toContain('| 12.3 MB | 11.0 MB | 10.0 MB | met |');
  });

  it('names the machine, the versions, the day and the commit', () => {
    const line = markdown(results).split('\n').at(-1);
    expect(line).toBe(
      'Measured on 2026-11-23 at commit abc: Some CPU, 2 cores, 8 GB, Linux 6.1, Node v24.1.0, Dovecot 2.3.19.1 on the same machine, imapflow 2.0.0, nodemailer 10.0.0; load 0.10 before the start.',
    );
  });

  it('shows Graph in a table of its own, with its requests and a target for time alone', () => {
    const [row = expect.fail()] = results.paired;
    const side = { wallMs: 1, cpuMs: 1, peakMb: 1, residentMb: 1, tally: { messages: 1000, requests: 100 } };
    const text = markdown({ ...results, paired: [row, { ...row, workload: 'graph-flags', pairs: [{ ours: side, bare: side }] }] });
    expect(text).toContain('| beside | requests | CPU | time (≤ 1.10) | memory | pairs |');
    expect(text).toContain('| undici, `$batch` of 20 | 100 | **1.03**');
    expect(text.match(/^Measured on /gmu)).toHaveLength(2);
    expect(text).toContain('the simulated tenant on the same machine, undici 8.0.0;');
  });

  it('gives no verdict where there is none and says that a smoke run is one', () => {
    const { met: _met, ...row } = results.paired[0]!;
    const text = markdown({ ...results, kind: 'smoke', paired: [row], added: [] });
    expect(text).toContain('| none |');
    expect(text).toContain('A smoke run, which says nothing about speed,');
  });

  it('has the same number of cells in every row', () => {
    for (const block of markdown(results).split('\n\n').slice(0, 2)) {
      const widths = new Set(block.split('\n').map((row) => row.split(' | ').length));
      expect(widths.size).toBe(1);
    }
  });
});

describe('markers', () => {
  const document = 'before\n<!-- bench:graph:start -->\nold\n<!-- bench:graph:end -->\nafter\n';

  it('keep everything around them', () => {
    expect(betweenMarkers(document, 'graph', 'new')).toBe('before\n<!-- bench:graph:start -->\n\nnew\n\n<!-- bench:graph:end -->\nafter\n');
  });

  it('give the same document when written twice', () => {
    const once = betweenMarkers(document, 'graph', 'new');
    expect(betweenMarkers(once, 'graph', 'new')).toBe(once);
  });

  it.each(['nothing', '<!-- bench:graph:end --><!-- bench:graph:start -->', `${document}${document}`])('are demanded (%#)', (wrong) => {
    expect(() => betweenMarkers(wrong, 'graph', 'new')).toThrow('must contain');
  });
});
