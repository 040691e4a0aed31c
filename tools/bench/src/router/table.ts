import type { Machine } from '../report/machine.ts';
import type { Row } from './rows.ts';

export interface TableOptions {
  readonly machine: Machine;
  /** Where the figures come from, beside the machine. */
  readonly about: string;
}

export function routerTable(rows: readonly Row[], { machine, about }: TableOptions): string {
  const head = ['work', 'Signalbox', 'bare', 'ratio', 'target', 'verdict'];
  const lines = rows.map(({ work, unit, ours, bare, ratio, target, met }) => [
    work,
    `**${figure(ours)} ${unit}**`,
    bare === undefined ? '–' : `${figure(bare)} ${unit}`,
    ratio === undefined || !Number.isFinite(ratio) ? '–' : ratio.toFixed(2),
    target === '' ? '–' : target,
    met === undefined ? 'for information' : met ? 'met' : '**missed**',
  ]);
  const table = [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  const { date, commit, cpu, cores, memoryGb, kernel, node, load } = machine;
  return `${table}\n\nMeasured on ${date.slice(0, 10)} at commit ${commit}: ${cpu}, ${cores} cores, ${memoryGb} GB, Linux ${kernel}, Node ${node}, ${about}; load ${load.toFixed(2)} before the start.`;
}

/** Three digits say all that such a figure can. */
const figure = (value: number): string => (value >= 100 ? Math.round(value).toLocaleString('en') : value >= 10 ? value.toFixed(1) : value.toFixed(2));
