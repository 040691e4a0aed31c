import type { TenantLine } from '../logs.ts';
import type { Dice } from '../plan/dice.ts';
import { judge, type Logs, type Verdict } from './verdict.ts';

/** What comes of leaving out one line of one log. */
export interface SelfTest {
  readonly tried: number;
  /** Lines whose absence was not told as a fault, though it had to be. */
  readonly missed: readonly string[];
}

const TRIES = 50;

/** A comparison that does not notice a missing line proves nothing: leaves out single lines of each log of this very run, and looks. */
export function testVerdict(logs: Logs, dice: Dice): SelfTest {
  const { tenant, consumer, sender, held } = logs;
  const before = faultsOf(judge(logs));
  const exact = exactKeys(logs);
  const tags = new Set(sender.map(({ tag }) => tag));
  const trials: { readonly line: object; readonly without: Logs }[] = [
    ...sample(tenant.filter((line) => (line.event === 'in' && exact.has(keyOf(line))) || (line.event === 'reached' && !held.has(line.tag) && tags.has(line.tag))), dice).map((line) => ({ line, without: { ...logs, tenant: tenant.filter((other) => other !== line) } })),
    ...sample(consumer.filter((line) => exact.has(keyOf(line))), dice).map((line) => ({ line, without: { ...logs, consumer: consumer.filter((other) => other !== line) } })),
    ...sample(sender.filter(({ event, tag }) => event === 'taken' && !held.has(tag)), dice).map((line) => ({ line, without: { ...logs, sender: sender.filter(({ tag }) => tag !== line.tag) } })),
  ];
  return { tried: trials.length, missed: trials.filter(({ without }) => faultsOf(judge(without)) === before).map(({ line }) => JSON.stringify(line)) };
}

const keyOf = ({ mailbox, tag }: { readonly mailbox: string; readonly tag: string }): string => `${mailbox} ${tag}`;

/** Mail of which every object was due, came in once, and came under an id of its own, once: elsewhere a line more or less may be right. */
function exactKeys({ tenant, consumer }: Logs): ReadonlySet<string> {
  const objects = new Map<string, string>();
  const due = new Map<string, number>();
  const loose = new Set<string>();
  const add = (key: string): number => due.set(key, (due.get(key) ?? 0) + 1).get(key)!;
  for (const line of tenant) {
    if (line.event === 'reached') continue;
    const object = `${line.mailbox} ${line.object}`;
    if (line.event !== 'in' || objects.has(object)) loose.add(objects.get(object) ?? keyOf(line as Extract<TenantLine, { tag: string; mailbox: string }>));
    else add(keyOf(line));
    if (line.event !== 'away') objects.set(object, keyOf(line));
  }
  const got = new Map<string, string[]>();
  for (const line of consumer) got.set(keyOf(line), [...(got.get(keyOf(line)) ?? []), line.delivery]);
  return new Set([...due].filter(([key, count]) => !loose.has(key) && got.get(key)?.length === count && new Set(got.get(key)).size === count).map(([key]) => key));
}

function sample<T>(lines: readonly T[], dice: Dice): readonly T[] {
  return lines.length <= TRIES ? lines : Array.from({ length: TRIES }, () => dice.one(lines));
}

/** Only what is told as wrong: that a total is another is not enough to fail a run. */
const faultsOf = ({ receiving: { lost, doubled, unasked, mixed }, sending }: Verdict): string => JSON.stringify([lost, doubled, unasked, mixed, sending.lost, sending.doubled, sending.unasked]);
