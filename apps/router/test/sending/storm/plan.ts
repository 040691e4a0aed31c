import { type Fault, graphFaults, smtpFaults } from '../faults.ts';
import type { Step } from '../send-child.ts';
import { createDice } from './dice.ts';

/** Those of `tenantConfig` whose mail is provable: two through Graph, two by SMTP with a Sent that they read by IMAP. */
export const MAILBOXES = ['sales', 'shared', 'support', 'scanner'] as const;
export type StormMailbox = (typeof MAILBOXES)[number];

export interface StormOptions {
  readonly seed: number;
  readonly sends: number;
  readonly kills: number;
  readonly freezes: number;
}

/** What becomes of one sender. */
export interface Life {
  readonly end: 'killed' | 'frozen';
  readonly step: Step;
  /** At how manieth mail that comes to the step. */
  readonly at: number;
  /** How long it goes on after it was woken, in milliseconds. */
  readonly afterMs: number;
  /** Submitted as it begins. */
  readonly mails: readonly PlannedMail[];
  /** What begins to go wrong with it. */
  readonly faults: readonly Fault[];
}

export interface PlannedMail {
  readonly mailbox: StormMailbox;
  readonly subject: string;
  /** Asked for once more under its key, as a caller does that got no answer. */
  readonly isAskedTwice: boolean;
}

const KILLED_AT: readonly Step[] = ['claimed', 'staging', 'staged', 'at-wire', 'before-dot', 'before-send', 'answered', 'accepted'];
/** DESIGN.md section 7: what a frozen sender has left is one command. */
const FROZEN_AT: readonly Step[] = ['before-dot', 'before-send'];
const addressOf = (mailbox: StormMailbox): string => `${mailbox}@contoso.test`;
const isGraph = (mailbox: StormMailbox): boolean => mailbox === 'sales' || mailbox === 'support';

/** Everything that is by chance in a run. How it falls together in time is up to the machine. */
export function planStorm({ seed, sends, kills, freezes }: StormOptions): readonly Life[] {
  const dice = createDice(seed);
  const ends = spread(kills, freezes);
  return ends.map((end, index) => {
    const [from, to] = [Math.floor((sends * index) / ends.length), Math.floor((sends * (index + 1)) / ends.length)];
    return {
      end,
      step: dice.one(end === 'killed' ? KILLED_AT : FROZEN_AT),
      at: dice.between(1, 3),
      afterMs: dice.between(300, 1_500),
      mails: Array.from({ length: to - from }, (_, number) => ({ mailbox: MAILBOXES[number % MAILBOXES.length] ?? 'sales', subject: `storm ${from + number}`, isAskedTwice: dice.roll() < 0.1 })),
      // Every fault of every mailbox has had its turn after some lives, and begins anew then.
      faults: MAILBOXES.flatMap((mailbox) => {
        const all = (isGraph(mailbox) ? graphFaults : smtpFaults)(addressOf(mailbox));
        return [0, 1].map((more) => (all[(2 * index + more + seed) % all.length] ?? all[0]!)[1]);
      }),
    };
  });
}

/** Freezes evenly among kills. */
function spread(kills: number, freezes: number): readonly Life['end'][] {
  const all = kills + freezes;
  return Array.from({ length: all }, (_, index) => (Math.floor(((index + 1) * freezes) / all) > Math.floor((index * freezes) / all) ? 'frozen' : 'killed'));
}
