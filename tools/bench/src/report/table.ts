import type { AddedMemoryResult, PairedResult, Results } from '../results.ts';
import type { Estimate } from '../statistics.ts';
import { ADDED_MEMORY_MB, TARGETS } from '../targets.ts';
import { workloadNamed } from '../workloads.ts';
import type { Machine } from './machine.ts';

/** The results as Markdown: ratios and verdicts, no times, for those belong to one machine. */
export function markdown(results: Results): string {
  return [pairedTable(results.paired), addedTable(results.added), machineLine(results)].filter((part) => part !== '').join('\n\n');
}

function pairedTable(results: readonly PairedResult[]): string {
  if (results.length === 0) return '';
  return table(
    ['work', 'ours', 'beside', `CPU (≤ ${factor(TARGETS.cpu)})`, `time (≤ ${factor(TARGETS.wall)})`, `memory (≤ ${factor(TARGETS.memory)})`, 'pairs', 'verdict'],
    results.map(({ workload, ratios, pairs, met }) => {
      const { title, ours, bare, informative } = workloadNamed(workload);
      const last = informative === true ? 'for information' : verdict(met);
      return [title, ours, bare, interval(ratios.cpu), interval(ratios.wall), interval(ratios.memory), String(pairs.length), last];
    }),
  );
}

function addedTable(results: readonly AddedMemoryResult[]): string {
  if (results.length === 0) return '';
  return table(
    ['work', 'ours', `adds at its peak (< ${ADDED_MEMORY_MB} MB)`, 'seen by sampling', 'the bare library adds', 'verdict'],
    results.map(({ workload, addedMb, met }) => {
      const { title, ours } = workloadNamed(workload);
      return [title, ours, megabytes(addedMb.ours.peakMb), megabytes(addedMb.ours.sampledMb), megabytes(addedMb.bare.peakMb), verdict(met)];
    }),
  );
}

const WORDS = {
  full: 'Measured',
  smoke: 'A smoke run, which says nothing about speed,',
  'self-check': 'The bare libraries against themselves, measured',
} as const;

function machineLine({ machine, kind }: Results): string {
  return `${WORDS[kind]} on ${day(machine)} at commit ${machine.commit}: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, Linux ${machine.kernel}, Node ${machine.node}, Dovecot ${machine.dovecot} on the same machine, imapflow ${machine.imapflow}, nodemailer ${machine.nodemailer}; load ${machine.load.toFixed(2)} before the start.`;
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

const day = (machine: Machine): string => machine.date.slice(0, 10);
const factor = (value: number): string => value.toFixed(2);
const interval = ({ median, low, high }: Estimate): string => `**${factor(median)}** (${factor(low)}–${factor(high)})`;
const megabytes = (value: number): string => `${value.toFixed(1)} MB`;
const verdict = (met: boolean | undefined): string => (met === undefined ? 'none' : met ? 'met' : '**missed**');
