import { createColors } from 'picocolors';
import type { Result } from './result.ts';
import { seconds } from './run/warm-up.ts';
import type { Miscount } from './verdict/receiving.ts';

const SHOWN = 20;

/** What a person reads at the end. */
export function report(result: Result, isColored: boolean): string {
  const { bold, dim, green, red } = createColors(isColored);
  const { options, verdict, selfTest, router, settledAfterMs, durationMs, faults, failures } = result;
  const rows = rowsOf(result);
  const width = Math.max(...rows.map(([label]) => label.length));
  const strikes = faults.reduce((sum, { struck }) => sum + struck, 0);
  const idle = faults.filter(({ struck }) => struck === 0).map(({ name }) => name);
  return [
    '',
    bold(`${options.messages} letters, ${options.mailboxes} mailboxes, ${router.kills} kills, seed ${options.seed}, ${options.store} store${options.downMs > 0 ? `, down for ${options.downMs / 3_600_000} h` : ''}`),
    ...rows.map(([label, value, isWrong]) => `  ${label.padEnd(width)}  ${isWrong ? red(String(value).padStart(7)) : String(value).padStart(7)}`),
    dim(`  ${faults.length} kinds of faults struck ${strikes} times${idle.length > 0 ? `; these found nothing to strike: ${idle.join(', ')}` : ''}`),
    dim(`  closed ${settledAfterMs === undefined ? 'never' : `${seconds(settledAfterMs)} after the last fault`}; ${seconds(durationMs)} in all; ${selfTest.tried} lines left out of the logs, ${selfTest.tried - selfTest.missed.length} noticed`),
    ...shown('lost', verdict.receiving.lost),
    ...shown('doubled', verdict.receiving.doubled),
    ...shown('unasked', verdict.receiving.unasked),
    result.ok ? green('  Every mail is accounted for.') : red(`  FAILED: ${failures.join(' ')}`),
    '',
  ].join('\n');
}

const sum = (counts: readonly Miscount[]): number => counts.reduce((total, { by }) => total + by, 0);

function rowsOf({ verdict: { receiving, sending } }: Result): readonly (readonly [label: string, value: number, isWrong?: boolean])[] {
  const wrong = (label: string, count: number) => [label, count, count > 0] as const;
  return [
    ['letters due', receiving.expected],
    ['letters that somebody took away again', receiving.optional],
    ['deliveries', receiving.delivered],
    ['handed over once more under the same id', receiving.repeated],
    wrong('lost', sum(receiving.lost)),
    wrong('delivered under more than one id', sum(receiving.doubled)),
    wrong('delivered without being due', sum(receiving.unasked)),
    wrong('ids with two messages', receiving.mixed.length),
    ['sends taken', sending.taken],
    ['arrived once', sending.once],
    ['held for a person', sending.held.length],
    wrong('sends lost', sending.lost.length),
    wrong('sends doubled', sending.doubled.length),
    wrong('sent without being asked', sending.unasked.length),
  ];
}

const shown = (what: string, counts: readonly Miscount[]): readonly string[] => counts.slice(0, SHOWN).map(({ mailbox, tag, objects, deliveries }) => `  ${what}: ${mailbox} ${tag}, ${objects} there, ${deliveries} delivered`);
