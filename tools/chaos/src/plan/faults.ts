import { FAULT_NAMES, type FaultName } from '@signalbox/tenant-sim';
import { type Dice, rollDice } from './dice.ts';
import { FAULT_USES, type FaultUse, REVOKED_SIGN_IN } from './fault-uses.ts';
import type { PlannedMailbox } from './population.ts';

/** One fault that the script sets, and takes back when its time is over. */
export interface PlannedFault {
  readonly atMs: number;
  /** Absent for one that stands from the first to the last moment. */
  readonly untilMs?: number;
  readonly name: FaultName;
  readonly options: Readonly<Record<string, unknown>>;
  readonly times?: number;
  readonly permanent: boolean;
  /** The address of the mailbox whose user signs in again when it is over. */
  readonly signIn?: string;
}

export interface FaultOptions {
  readonly seed: number;
  readonly mailboxes: readonly PlannedMailbox[];
  readonly durationMs: number;
}

/** A new one begins so often, beside each one's first. */
const EVERY_MS = 1_500;
/** So long after the last letter none stands any more. */
const LAST_MS = 2_000;
/** Part of the mailboxes that have a standing fault. */
const STANDING = 0.25;

/** The same seed gives the same plan. In order. */
export function planFaults({ seed, mailboxes, durationMs }: FaultOptions): readonly PlannedFault[] {
  const dice = rollDice(seed, 'faults');
  const occasional = FAULT_NAMES.filter((name) => !use(name).standing);
  const chosen: FaultName[] = [...occasional];
  const weights = occasional.map((name) => [use(name).weight, name] as const);
  for (let at = 0; at < durationMs; at += EVERY_MS) chosen.push(dice.weighted(weights));
  const planned = chosen.flatMap((name) => plan(name, use(name), { dice, mailboxes, durationMs }));
  const standing = FAULT_NAMES.filter((name) => use(name).standing).flatMap((name) => everywhere(name, dice, mailboxes));
  return [...standing, ...planned, ...plan('token.revoked', REVOKED_SIGN_IN, { dice, mailboxes, durationMs })].sort((a, b) => a.atMs - b.atMs);
}

const use = (name: FaultName): FaultUse => FAULT_USES[name];

function plan(name: FaultName, { who, options, times, standsForMs, permanent, signIn }: FaultUse, { dice, mailboxes, durationMs }: Omit<FaultOptions, 'seed'> & { readonly dice: Dice }): readonly PlannedFault[] {
  const candidates = mailboxes.filter((mailbox) => who?.(mailbox) ?? false);
  if (who && candidates.length === 0) return [];
  const mailbox = who && dice.one(candidates);
  const atMs = Math.floor(dice.next() * durationMs);
  return [
    {
      atMs,
      untilMs: Math.min(atMs + dice.between(...standsForMs), durationMs + LAST_MS),
      name,
      options: options(dice, mailbox?.address),
      ...(times && { times: dice.between(...times) }),
      permanent: permanent === true,
      ...(signIn && mailbox && { signIn: mailbox.address }),
    },
  ];
}

const everywhere = (name: FaultName, dice: Dice, mailboxes: readonly PlannedMailbox[]): readonly PlannedFault[] =>
  mailboxes.filter((mailbox) => (use(name).who?.(mailbox) ?? false) && dice.chance(STANDING)).map(({ address }) => ({ atMs: 0, name, options: use(name).options(dice, address), permanent: true }));
