import { parseArgs } from 'node:util';

export interface Options {
  readonly help: boolean;
  readonly messages: number;
  readonly mailboxes: number;
  readonly kills: number;
  readonly sends: number;
  readonly seed: number;
  readonly json?: string;
  /** Address of a PostgreSQL, or `start` for one of its own. Absent: the embedded store. */
  readonly postgres?: string;
  /** How long the router is down in the middle, in milliseconds of the tenant's time. */
  readonly downMs: number;
  /** Where everything is left behind. Absent: a temporary folder that goes. */
  readonly keep?: string;
}

export const HELP = `Kills the router again and again while everything else fails too, and counts what came of every message.

  npm run chaos                                    a minute's worth
  npm run chaos -- --messages 20000 --mailboxes 50 --kills 100 --sends 2000 --seed 7 --json chaos.json

  --messages N     letters that come in                                    default 600
  --mailboxes M    mailboxes, over all flows in turn                       default 8
  --kills K        times that the router is killed (SIGKILL)               default 8
  --sends S        mails that go out through the outbox                    default a tenth of the letters
  --seed N         what happens, and when; the same for the same seed      default 1
  --down 1d        and once the router is down for so long, by the tenant's clock (m, h, d)
  --postgres[=URL] on PostgreSQL: one of its own, or this one, whose tables it may have
  --json FILE      every figure, and each mail that was miscounted
  --keep DIR       leaves logs, configuration and store there

Exit codes: 0 every mail is accounted for, 1 it is not, 2 wrong usage.
`;

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Throws an Error that tells the user what is wrong with the arguments. */
export function readOptions(given: readonly string[]): Options {
  // An option of parseArgs cannot have an optional value.
  const args = given.map((argument) => (argument === '--postgres' ? '--postgres=start' : argument));
  const { values } = parseArgs({
    args,
    options: {
      help: { type: 'boolean', short: 'h', default: false },
      messages: { type: 'string', default: '600' },
      mailboxes: { type: 'string', default: '8' },
      kills: { type: 'string', default: '8' },
      sends: { type: 'string' },
      seed: { type: 'string', default: '1' },
      down: { type: 'string' },
      postgres: { type: 'string' },
      json: { type: 'string' },
      keep: { type: 'string' },
    },
  });
  const messages = whole('messages', values.messages, 1);
  return {
    help: values.help,
    messages,
    mailboxes: whole('mailboxes', values.mailboxes, 1),
    kills: whole('kills', values.kills, 0),
    sends: values.sends === undefined ? Math.ceil(messages / 10) : whole('sends', values.sends, 0),
    seed: whole('seed', values.seed, 0),
    downMs: values.down === undefined ? 0 : duration(values.down),
    ...(values.postgres !== undefined && { postgres: values.postgres }),
    ...(values.json !== undefined && { json: values.json }),
    ...(values.keep !== undefined && { keep: values.keep }),
  };
}

function whole(name: string, text: string, least: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least) throw new Error(`--${name} wants a whole number of at least ${least}, not "${text}".`);
  return value;
}

function duration(text: string): number {
  const [, count, unit = ''] = /^(\d+)([mhd])$/.exec(text) ?? [];
  const factor = UNITS[unit];
  if (count === undefined || factor === undefined) throw new Error(`--down wants minutes, hours or days, such as 90m, 12h or 1d, not "${text}".`);
  return Number(count) * factor;
}
