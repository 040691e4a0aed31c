import type { AddedMemoryResult, PairedResult, Results } from '../results.ts';
import type { Estimate } from '../statistics.ts';
import { ADDED_MEMORY_MB, type Measure, MEASURES, TARGETS } from '../targets.ts';
import { type Group, groupOf, workloadNamed } from '../workloads.ts';
import type { Machine } from './machine.ts';

/** The results as Markdown, each server's for itself: ratios and verdicts, no times, for those belong to one machine. */
export const markdown = (results: Results): string =>
  groupsIn(results)
    .map((group) => markdownOf(group, results))
    .join('\n\n');

/** Those of which something was measured. */
export const groupsIn = ({ paired, added }: Pick<Results, 'paired' | 'added'>): readonly Group[] => [...new Set([...paired, ...added].map(groupOfRow))];

export function markdownOf(group: Group, results: Results): string {
  const paired = results.paired.filter((row) => groupOfRow(row) === group);
  const added = results.added.filter((row) => groupOfRow(row) === group);
  return [pairedTable(group, paired), addedTable(added), machineLine(group, results)].filter((part) => part !== '').join('\n\n');
}

const groupOfRow = ({ workload }: Pick<PairedResult, 'workload'>): Group => groupOf(workloadNamed(workload));

const NAMES: Readonly<Record<Measure, string>> = { cpu: 'CPU', wall: 'time', memory: 'memory' };

function pairedTable(group: Group, results: readonly PairedResult[]): string {
  if (results.length === 0) return '';
  const counted = group === 'graph';
  const heads = MEASURES.map((measure) => {
    const target = TARGETS[group][measure];
    return target === undefined ? NAMES[measure] : `${NAMES[measure]} (≤ ${factor(target)})`;
  });
  return table(
    ['work', 'ours', 'beside', ...(counted ? ['requests'] : []), ...heads, 'pairs', 'verdict'],
    results.map(({ workload, ratios, pairs, met }) => {
      const { title, ours, bare, informative } = workloadNamed(workload);
      const last = informative === true ? 'for information' : verdict(met);
      const requests = String(pairs[0]?.ours.tally['requests'] ?? '');
      return [title, ours, bare, ...(counted ? [requests] : []), ...MEASURES.map((measure) => interval(ratios[measure])), String(pairs.length), last];
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

const PARTNERS: Readonly<Record<Group, (machine: Machine) => string>> = {
  'imap-smtp': ({ dovecot, imapflow, nodemailer }) => `Dovecot ${dovecot} on the same machine, imapflow ${imapflow}, nodemailer ${nodemailer}`,
  graph: ({ undici }) => `the simulated tenant on the same machine, undici ${undici}`,
};

function machineLine(group: Group, { machine, kind }: Results): string {
  const { commit, cpu, cores, memoryGb, kernel, node, load } = machine;
  return `${WORDS[kind]} on ${day(machine)} at commit ${commit}: ${cpu}, ${cores} cores, ${memoryGb} GB, Linux ${kernel}, Node ${node}, ${PARTNERS[group](machine)}; load ${load.toFixed(2)} before the start.`;
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

const day = (machine: Machine): string => machine.date.slice(0, 10);
const factor = (value: number): string => value.toFixed(2);
const interval = ({ median, low, high }: Estimate): string => `**${factor(median)}** (${factor(low)}–${factor(high)})`;
const megabytes = (value: number): string => `${value.toFixed(1)} MB`;
const verdict = (met: boolean | undefined): string => (met === undefined ? 'none' : met ? 'met' : '**missed**');
