import type { Step } from '../send-child.ts';
import { createDice } from './dice.ts';

/** What there is to choose from. */
export interface StormField<F> {
  readonly mailboxes: readonly string[];
  /** What can go wrong with the mail of a mailbox. */
  faultsOf(this: void, mailbox: string): readonly F[];
  readonly killedAt: readonly Step[];
  readonly frozenAt: readonly Step[];
}

export interface StormOptions {
  readonly seed: number;
  readonly sends: number;
  readonly kills: number;
  readonly freezes: number;
}

/** What becomes of one sender. */
export interface Life<F> {
  readonly end: 'killed' | 'frozen';
  readonly step: Step;
  /** At how manieth mail that comes to the step. */
  readonly at: number;
  /** How long it goes on after it was woken, in milliseconds: long enough to take back a copy that came second. */
  readonly afterMs: number;
  /** Submitted as it begins. */
  readonly mails: readonly PlannedMail[];
  /** What begins to go wrong with it. */
  readonly faults: readonly F[];
}

export interface PlannedMail {
  readonly mailbox: string;
  readonly subject: string;
  /** Asked for once more under its key, as a caller does that got no answer. */
  readonly isAskedTwice: boolean;
}

/** Everything that is by chance in a run. How it falls together in time is up to the machine. */
export function planStorm<F>({ mailboxes, faultsOf, killedAt, frozenAt }: StormField<F>, { seed, sends, kills, freezes }: StormOptions): readonly Life<F>[] {
  const dice = createDice(seed);
  const ends = spread(kills, freezes);
  return ends.map((end, index) => {
    const [from, to] = [Math.floor((sends * index) / ends.length), Math.floor((sends * (index + 1)) / ends.length)];
    return {
      end,
      step: dice.one(end === 'killed' ? killedAt : frozenAt),
      at: dice.between(1, 3),
      afterMs: dice.between(1_500, 3_000),
      mails: Array.from({ length: to - from }, (_, number) => ({ mailbox: mailboxes[number % mailboxes.length] ?? '', subject: `storm ${from + number}`, isAskedTwice: dice.roll() < 0.1 })),
      // Every fault of every mailbox has had its turn after some lives, and begins anew then.
      faults: mailboxes.flatMap((mailbox) => {
        const all = faultsOf(mailbox);
        return [0, 1].flatMap((more) => all.slice((2 * index + more + seed) % all.length).slice(0, 1));
      }),
    };
  });
}

/** Freezes evenly among kills. */
function spread(kills: number, freezes: number): readonly Life<never>['end'][] {
  const all = kills + freezes;
  return Array.from({ length: all }, (_, index) => (Math.floor(((index + 1) * freezes) / all) > Math.floor((index * freezes) / all) ? 'frozen' : 'killed'));
}
