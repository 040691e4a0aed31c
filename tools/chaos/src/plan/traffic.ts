import { type Dice, rollDice } from './dice.ts';
import type { PlannedMailbox } from './population.ts';

/** One thing that happens to a mailbox from outside. `tags` name the letters that come with it, each one message object or more. */
export interface TrafficEvent {
  readonly atMs: number;
  readonly mailbox: string;
  readonly kind: TrafficKind;
  readonly tags: readonly string[];
  /** An earlier letter that somebody does something with. */
  readonly earlier?: string;
}

export type TrafficKind = keyof typeof KINDS;

/** How many letters each is, how often it comes beside the others, and whether it needs an earlier one. */
const KINDS = {
  /** One letter. */
  plain: { letters: 1, weight: 40 },
  large: { letters: 1, weight: 2 },
  /** No Message-ID at all. */
  'without-id': { letters: 1, weight: 3 },
  malformed: { letters: 1, weight: 2 },
  /** With another arrival than now, as when a client files old mail. */
  'old-append': { letters: 1, weight: 3 },
  /** Lay in another folder before. */
  'moved-in': { letters: 1, weight: 5 },
  /** The server takes one letter twice: two objects. */
  twice: { letters: 1, weight: 2 },
  /** A list's copy and a direct one in the same second: one Message-ID, two objects. */
  'list-and-direct': { letters: 1, weight: 2 },
  /** A robot's letters: different ones, all under one Message-ID, within a second. */
  robot: { letters: 3, weight: 2 },
  /** Alerts that share sender, subject and date, and have ids of their own. */
  alerts: { letters: 2, weight: 3 },
  /** Alerts that have no ids either. */
  'alerts-without-ids': { letters: 2, weight: 1 },
  burst: { letters: 20, weight: 1 },
  /** A user copies a letter inside the folder: one more object. */
  copy: { letters: 0, weight: 3, needsEarlier: true },
  /** Out of the folder and back at once, or a moment later: the same object. */
  'out-and-back': { letters: 0, weight: 5, needsEarlier: true },
  /** Out for good. */
  leave: { letters: 0, weight: 2, needsEarlier: true },
  /** A user reads. */
  read: { letters: 0, weight: 4, needsEarlier: true },
} as const satisfies Readonly<Record<string, { readonly letters: number; readonly weight: number; readonly needsEarlier?: boolean }>>;

const WEIGHTED = (Object.entries(KINDS) as [TrafficKind, (typeof KINDS)[TrafficKind]][]).map(([kind, { weight }]) => [weight, kind] as const);
/** Users act on what came lately. */
const LATELY = 12;

export interface TrafficOptions {
  readonly seed: number;
  readonly mailboxes: readonly PlannedMailbox[];
  readonly letters: number;
  readonly durationMs: number;
}

/** As many letters, spread over the time, in order. The same seed gives the same plan. */
export function planTraffic({ seed, mailboxes, letters, durationMs }: TrafficOptions): readonly TrafficEvent[] {
  const dice = rollDice(seed, 'traffic');
  const lately = new Map<string, string[]>();
  const events: Omit<TrafficEvent, 'atMs'>[] = [];
  const progress = { count: 0 };
  while (progress.count < letters) {
    const { id: mailbox } = dice.one(mailboxes);
    const known = lately.get(mailbox) ?? [];
    const kind = chooseKind(dice, known.length > 0, letters - progress.count);
    const tags = Array.from({ length: KINDS[kind].letters }, () => `r${(progress.count += 1)}`);
    events.push({ mailbox, kind, tags, ...('needsEarlier' in KINDS[kind] && { earlier: dice.one(known) }) });
    lately.set(mailbox, [...known, ...tags].slice(-LATELY));
  }
  const times = events.map(() => Math.floor(dice.next() * durationMs)).sort((a, b) => a - b);
  return events.map((event, index) => ({ atMs: times[index]!, ...event }));
}

function chooseKind(dice: Dice, hasEarlier: boolean, left: number): TrafficKind {
  const possible = WEIGHTED.filter(([, kind]) => KINDS[kind].letters <= left && (hasEarlier || !('needsEarlier' in KINDS[kind])));
  return dice.weighted(possible);
}
