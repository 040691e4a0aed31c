import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { PROGRAM } from './consumer/consumer.ts';
import { askCommand, startCommand } from './router/command.ts';
import type { Place } from './router/place.ts';
import type { ShiftedPostgres } from './router/postgres.ts';
import { signIn } from './router/sign-in.ts';
import type { Product } from './run/stage.ts';
import type { RemoteTenant } from './tenant/tenant.ts';

const SENDER = fileURLToPath(new URL('sender/process.ts', import.meta.url));
const MANY = '100000';

/** Signalbox itself, as an administrator has it: the command, and a program of somebody's that sends through the outbox. */
export async function openProduct(place: Place, tenant: RemoteTenant, postgres?: ShiftedPostgres): Promise<Product & AsyncDisposable> {
  await askCommand(place, ['apply']);
  const over = new AbortController();
  const following = postgres ? followClock(tenant, postgres, over.signal) : Promise.resolve();
  let sender: ChildProcess | undefined;
  return {
    startRouter: (life, output) => startCommand(place, ['run', '--verbose', '--jobs', '8', ...handOver(place, life)], ['ignore', output, output]),
    signIn: (mailbox) => signIn(place, tenant, mailbox),
    send(mail) {
      sender ??= fork(SENDER, [JSON.stringify(place)], { execArgv: ['--conditions=@signalbox/source'] });
      sender.send(mail);
    },
    async openDeliveries() {
      const { deliveries } = await askCommand<DeliveryList>(place, ['deliveries', 'list', '--state', 'open', '--limit', MANY]);
      // What somebody has taken away before it was handed over stays open until a person gives it up.
      return deliveries.filter(({ error }) => !error?.includes('not-found')).length;
    },
    async heldEntries() {
      const { entries } = await askCommand<OutboxList>(place, ['outbox', 'list', '--state', 'held', '--limit', MANY]);
      return entries.map(({ id }) => id);
    },
    async [Symbol.asyncDispose]() {
      over.abort();
      await following;
      if (!sender || sender.exitCode !== null) return;
      const ended = once(sender, 'exit');
      sender.disconnect();
      await ended;
    },
  };
}

const LOOK_MS = 200;

/** The embedded store goes by the tenant's clock because it is told to; a database has its own. */
async function followClock(tenant: RemoteTenant, postgres: ShiftedPostgres, signal: AbortSignal): Promise<void> {
  for (let known = 0; !signal.aborted; ) {
    const offset = await tenant.call('clockOffset');
    if (Math.abs(offset - known) > 1) await postgres.shift(offset);
    known = offset;
    await sleep(LOOK_MS);
  }
}

/**
 * Both ways of taking deliveries, in turn from life to life: what one has begun, the other goes on with. After an even number of kills it is a Maildir
 * that takes what is left over: the program stops everything for a second now and then, and how long that takes says nothing about the router.
 */
const handOver = ({ spool, maildirs }: Place, life: number): readonly string[] => (life % 2 === 0 ? ['--', PROGRAM, spool] : ['--maildir', maildirs]);

interface DeliveryList {
  readonly deliveries: readonly { readonly id: string; readonly error?: string }[];
}

interface OutboxList {
  readonly entries: readonly { readonly id: string }[];
}
