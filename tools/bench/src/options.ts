import { parseArgs } from 'node:util';
import { PAIRS_FOR_A_VERDICT } from './targets.ts';
import { GROUPS, isGroup, type NamedWorkload, WORKLOADS } from './workloads.ts';

export interface Options {
  readonly help: boolean;
  /** The router and its fleet are benchmarks of their own, run when they are named. */
  readonly suite: 'transports' | 'router' | 'router-fleet';
  /** Of the router: how often each side is measured. */
  readonly lives: number;
  /** Of the router: where it keeps what must not be lost. */
  readonly store: 'embedded' | 'postgres';
  /** Of the fleet. */
  readonly minutes: number;
  readonly mailboxes: number;
  readonly workloads: readonly NamedWorkload[];
  readonly pairs: number;
  readonly json?: string;
  readonly write: boolean;
  readonly targets: boolean;
  readonly profiles?: string;
  /** Bare against bare: what the benchmark reads where there is no difference. */
  readonly selfCheck: boolean;
}

const [LIVES, MINUTES, MAILBOXES] = [2, 10, 10_000];

export const HELP = `Measures our transports beside the bare libraries, on servers of its own on loopback: a Dovecot, and a simulated tenant for Graph.

  npm run bench                              everything, ${PAIRS_FOR_A_VERDICT} pairs of rounds each
  npm run bench -- --only graph              one group of workloads: ${Object.keys(GROUPS).join(', ')}
  npm run bench -- --workload flags          one workload (may be repeated): ${WORKLOADS.map((one) => one.name).join(', ')}
  npm run bench -- --only router             the durable router beside imapflow and nodemailer, on fifty mailboxes of Dovecot
  npm run bench -- --only router-fleet       10,000 Graph mailboxes in one router, for ten minutes
  npm run bench -- --pairs 2 --no-targets    a smoke run: shows that it works, and nothing about speed

  --json FILE      every figure of every round
  --write          keep the table in docs/performance.md; needs a full run of all workloads, or of a group
  --no-targets     exit code 0 also when a target was missed
  --profiles DIR   a CPU profile of each side's last round
  --lives N        router: how often each side is measured; ${LIVES} unless told
  --store NAME     router: embedded, or postgres
  --minutes N      router-fleet: how long; ${MINUTES} unless told
  --mailboxes N    router-fleet: how many; ${MAILBOXES} unless told
  --self-check     the bare library against itself: what is read where there is no difference

Exit codes: 0 all targets met, 1 a target was missed or outputs differed, 2 wrong usage.
`;

/** Throws an Error that tells the user what is wrong with the arguments. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    allowNegative: true,
    options: {
      help: { type: 'boolean', short: 'h', default: false },
      only: { type: 'string' },
      workload: { type: 'string', multiple: true },
      pairs: { type: 'string', default: String(PAIRS_FOR_A_VERDICT) },
      json: { type: 'string' },
      write: { type: 'boolean', default: false },
      targets: { type: 'boolean', default: true },
      profiles: { type: 'string' },
      'self-check': { type: 'boolean', default: false },
      lives: { type: 'string', default: String(LIVES) },
      store: { type: 'string', default: 'embedded' },
      minutes: { type: 'string', default: String(MINUTES) },
      mailboxes: { type: 'string', default: String(MAILBOXES) },
    },
  });
  const pairs = count('--pairs', values.pairs);
  const { only, store } = values;
  const suite = only === 'router' || only === 'router-fleet' ? only : 'transports';
  const workloads = suite === 'transports' ? select(only, values.workload) : [];
  if (store !== 'embedded' && store !== 'postgres') throw new Error(`--store is embedded or postgres, not "${store}".`);
  if (values.write && (values.workload !== undefined || pairs < PAIRS_FOR_A_VERDICT || values['self-check'])) {
    throw new Error(`--write keeps whole tables: it needs all workloads, or all of a group, and at least ${PAIRS_FOR_A_VERDICT} pairs.`);
  }
  return {
    help: values.help,
    suite,
    store,
    lives: count('--lives', values.lives),
    minutes: count('--minutes', values.minutes),
    mailboxes: count('--mailboxes', values.mailboxes),
    workloads,
    pairs,
    write: values.write,
    targets: values.targets,
    selfCheck: values['self-check'],
    ...(values.json !== undefined && { json: values.json }),
    ...(values.profiles !== undefined && { profiles: values.profiles }),
  };
}

function count(option: string, value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1) throw new Error(`${option} wants a whole number of at least 1, not "${value}".`);
  return number;
}

function select(group: string | undefined, names: readonly string[] | undefined): readonly NamedWorkload[] {
  const all: readonly NamedWorkload[] | undefined = group === undefined ? WORKLOADS : isGroup(group) ? GROUPS[group] : undefined;
  if (all === undefined) throw new Error(`There is no group "${group}"; there are: ${[...Object.keys(GROUPS), 'router', 'router-fleet'].join(', ')}.`);
  const unknown = names?.find((name) => all.every((workload) => workload.name !== name));
  if (unknown !== undefined) throw new Error(`There is no workload "${unknown}"; there are: ${all.map((one) => one.name).join(', ')}.`);
  return names === undefined ? all : all.filter((workload) => names.includes(workload.name));
}
