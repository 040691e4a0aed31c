import type { SideName } from '../job.ts';
import { median, quantile } from '../statistics.ts';
import type { Life } from './life-results.ts';

/** One line of the table: what was measured on either side, and whether ours is where it has to be. */
export interface Row {
  readonly work: string;
  readonly unit: string;
  readonly ours: number;
  /** Absent where the bare library does nothing of the kind. */
  readonly bare?: number;
  /** Ours to bare. */
  readonly ratio?: number;
  readonly target: string;
  /** Absent where there is no target. */
  readonly met?: boolean;
}

interface Measure {
  readonly work: string;
  readonly unit: string;
  readonly of: (life: Life) => number;
  /** No such thing on the bare side. */
  readonly oursAlone?: boolean;
  readonly target: string;
  readonly isMet?: (ours: number, bare: number) => boolean;
}

const atMost = (limit: number): NonNullable<Measure['isMet']> => (ours) => ours <= limit;
const atLeast = (limit: number): NonNullable<Measure['isMet']> => (ours) => ours >= limit;
const p95 = ({ latenciesMs }: Life['quiet']): number => quantile(latenciesMs, 0.95);
const MORE = 40;

/** Where a latency may be above the bare library's: half a second of either is Dovecot's own pause before it tells of new mail. */
const ADDED_MS = 50;
const closeToBare: NonNullable<Measure['isMet']> = (ours, bare) => ours <= bare + ADDED_MS;

export const MEASURES: readonly Measure[] = [
  { work: 'new mail to the consumer, 50 quiet mailboxes, 20 messages/s: p50', unit: 'ms', of: ({ quiet }) => quantile(quiet.latenciesMs, 0.5), target: '' },
  { work: 'the same: p95', unit: 'ms', of: ({ quiet }) => p95(quiet), target: '≤ bare + 50 ms', isMet: closeToBare },
  { work: 'one mailbox at 20 messages/s: p95', unit: 'ms', of: ({ busy }) => p95(busy), target: '≤ bare + 50 ms', isMet: closeToBare },
  { work: 'burst of 2,000 messages over 10 mailboxes', unit: '/s', of: ({ burst }) => (burst.count / burst.wallMs) * 1000, target: '≥ 400 /s', isMet: atLeast(400) },
  { work: 'the same: CPU of a message', unit: 'ms', of: ({ burst }) => burst.cpuMs / burst.count, target: '≤ 2 ms', isMet: atMost(2) },
  { work: 'first connect and sync of a mailbox of 1,000', unit: 's', of: ({ firstSync }) => firstSync.wallMs / 1000, target: '≤ 0.6 s', isMet: atMost(0.6) },
  { work: '40 more mailboxes of 1,000 at once', unit: 's', of: ({ fortyMore }) => fortyMore.wallMs / 1000, target: '≤ 3 s', isMet: atMost(3) },
  { work: 'the same: CPU of a mailbox', unit: 'ms', of: ({ fortyMore }) => fortyMore.cpuMs / MORE, target: '≤ 60 ms', isMet: atMost(60) },
  { work: 'memory without mailboxes', unit: 'MB', of: ({ memoryEmpty }) => memoryEmpty.collectedMb, target: '≤ 140 MB', isMet: atMost(140) },
  { work: 'memory with 50 mailboxes', unit: 'MB', of: ({ memoryFifty }) => memoryFifty.collectedMb, target: '≤ 190 MB', isMet: atMost(190) },
  { work: 'memory of a further mailbox', unit: 'MB', of: ({ memoryTen, memoryFifty }) => (memoryFifty.collectedMb - memoryTen.collectedMb) / MORE, target: '≤ 0.8 MB', isMet: atMost(0.8) },
  { work: '500 mails submitted: accepted', unit: '/s', of: ({ submitted }) => (submitted.count / submitted.acceptedMs) * 1000, oursAlone: true, target: '≥ 400 /s, durably', isMet: atLeast(400) },
  { work: 'the same: delivered', unit: '/s', of: ({ submitted }) => (submitted.count / submitted.deliveredMs) * 1000, target: '≥ 0.9 × bare', isMet: (ours, bare) => ours >= 0.9 * bare },
  { work: 'the same: CPU of a mail', unit: 'ms', of: ({ submitted }) => submitted.cpuMs / submitted.count, target: '' },
  { work: 'CPU at rest, 50 mailboxes', unit: 'ms/s', of: ({ rest }) => (rest.cpuMs / rest.wallMs) * 1000, target: '≤ 2 ms/s', isMet: atMost(2) },
  { work: 'cold start to serving', unit: 's', of: ({ start }) => start.servingMs / 1000, oursAlone: true, target: '≤ 2 s', isMet: atMost(2) },
  { work: 'the same, until all 50 mailboxes are watched', unit: 's', of: ({ start }) => start.watchedMs / 1000, target: '' },
];

/** The median over the lives of each side. */
export function rowsOf(lives: readonly Life[]): readonly Row[] {
  const middle = (side: SideName, of: Measure['of']): number => median(lives.filter((life) => life.side === side).map(of));
  return MEASURES.map(({ work, unit, of, oursAlone = false, target, isMet }) => {
    const [ours, bare] = [middle('ours', of), middle('bare', of)];
    return { work, unit, ours, target, ...(!oursAlone && { bare, ratio: ours / bare }), ...(isMet && { met: isMet(ours, bare) }) };
  });
}
