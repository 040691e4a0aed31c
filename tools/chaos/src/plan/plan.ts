import { rollDice } from './dice.ts';
import { type PlannedFault, planFaults } from './faults.ts';
import { type PlannedMailbox, planMailboxes } from './population.ts';
import { planTraffic, type TrafficEvent } from './traffic.ts';

export interface PlanOptions {
  readonly seed: number;
  readonly messages: number;
  readonly mailboxes: number;
  readonly kills: number;
  readonly sends: number;
}

export interface PlannedSend {
  readonly atMs: number;
  readonly mailbox: string;
  readonly tag: string;
  /** Handed over once more, under the same idempotency key. */
  readonly twice: boolean;
}

/** All that is going to happen. It follows from the options alone. */
export interface Plan {
  readonly mailboxes: readonly PlannedMailbox[];
  readonly traffic: readonly TrafficEvent[];
  readonly faults: readonly PlannedFault[];
  readonly sends: readonly PlannedSend[];
  /** How long each life of the router lasts, from its start to the kill. */
  readonly livesMs: readonly number[];
  readonly durationMs: number;
}

/** Long enough for a process to start and get some of its work done, in the midst of which it dies. */
const LIFE_MS = [2_500, 6_000] as const;
/** Without kills there has to be a time as well. */
const LETTERS_PER_SECOND = 50;

export function makePlan({ seed, messages, mailboxes: count, kills, sends }: PlanOptions): Plan {
  const dice = rollDice(seed, 'lives');
  const livesMs = Array.from({ length: kills }, () => dice.between(...LIFE_MS));
  const durationMs = Math.max(livesMs.reduce((sum, life) => sum + life, 0), (messages / LETTERS_PER_SECOND) * 1_000);
  const mailboxes = planMailboxes(count);
  return {
    mailboxes,
    traffic: planTraffic({ seed, mailboxes, letters: messages, durationMs }),
    faults: planFaults({ seed, mailboxes, durationMs }),
    sends: planSends(seed, mailboxes, sends, durationMs),
    livesMs,
    durationMs,
  };
}

function planSends(seed: number, mailboxes: readonly PlannedMailbox[], count: number, durationMs: number): readonly PlannedSend[] {
  const dice = rollDice(seed, 'sends');
  const sends = Array.from({ length: count }, (_, index) => ({ atMs: Math.floor(dice.next() * durationMs), mailbox: dice.one(mailboxes).id, tag: `s${index + 1}`, twice: dice.chance(0.1) }));
  return sends.sort((a, b) => a.atMs - b.atMs);
}
