import { rollDice } from '../plan/dice.ts';
import { makePlan, type Plan } from '../plan/plan.ts';
import { usesSignIn } from '../plan/population.ts';
import { startConsumer } from '../consumer/consumer.ts';
import type { Options } from '../options.ts';
import { furnish, type Place } from '../router/place.ts';
import { type RouterLives, routerLives } from '../router/router.ts';
import type { FaultCount, Result } from '../result.ts';
import type { FaultState } from '@signalbox/tenant-sim';
import { openTenant, type RemoteTenant } from '../tenant/tenant.ts';
import { testVerdict } from '../verdict/self-test.ts';
import { isFlawless, judge } from '../verdict/verdict.ts';
import { killAgainAndAgain } from './lives.ts';
import { readLogs } from './read-logs.ts';
import { playScript, setStanding } from './script.ts';
import { settle } from './settle.ts';
import type { Product, Stage } from './stage.ts';
import { warmUp } from './warm-up.ts';

export interface RunHost {
  readonly place: Place;
  /** The product, once the tenant and the configuration are there. */
  readonly openProduct: (tenant: RemoteTenant, plan: Plan) => Promise<Product & AsyncDisposable>;
  readonly note: (text: string) => void;
  readonly signal: AbortSignal;
  readonly patienceMs?: number;
  readonly quietMs?: number;
}

const PATIENCE_MS = 600_000;
const QUIET_MS = 15_000;

const LETTERS_BEFORE = 20;

export async function run(options: Options, { place, openProduct, note, signal, patienceMs = PATIENCE_MS, quietMs = QUIET_MS }: RunHost): Promise<Result> {
  const started = performance.now();
  const plan = makePlan(options);
  await using tenant = openTenant();
  const began = await tenant.call('start', { mailboxes: plan.mailboxes, folder: place.folder, truthFile: place.logs.tenant, before: LETTERS_BEFORE });
  await furnish(place, began, plan.mailboxes);
  await using product = await openProduct(tenant, plan);
  for (const mailbox of plan.mailboxes) if (usesSignIn(mailbox)) await product.signIn(mailbox);
  await setStanding({ plan, tenant });
  await using consumer = startConsumer({ spool: place.spool, maildirs: place.maildirs, logFile: place.logs.consumer });
  const lives = routerLives(product.startRouter, place.logs.router);
  const stage: Stage = { plan, place, tenant, product, lives, patienceMs, quietMs, note, signal };
  try {
    const play = playAll(stage, options);
    play.catch(() => {});
    const settledAfterMs = await Promise.race([play, consumer.failed]);
    const exitCode = await lives.stop();
    return await conclude(stage, options, { settledAfterMs, exitCode, durationMs: Math.round(performance.now() - started), faults: countFaults(await tenant.call('faults')) });
  } finally {
    await lives.kill();
  }
}

async function playAll(stage: Stage, { downMs, kills }: Options): Promise<number | undefined> {
  const { lives, note } = stage;
  lives.start();
  await warmUp(stage);
  note(`${kills} kills in ${Math.round(stage.plan.durationMs / 1_000)} s, ${stage.plan.faults.length} faults`);
  await Promise.all([playScript(stage), killAgainAndAgain(stage, downMs)]);
  note('the last fault is over');
  return settle(stage);
}

type Ending = Pick<Result, 'durationMs' | 'faults'> & { readonly settledAfterMs: number | undefined; readonly exitCode: number | undefined };

async function conclude({ place, product, lives }: Stage, options: Options, { settledAfterMs, exitCode, durationMs, faults }: Ending): Promise<Result> {
  const logs = readLogs(place, options.sends > 0 ? await product.heldEntries() : []);
  const verdict = judge(logs);
  const selfTest = testVerdict(logs, rollDice(options.seed, 'self-test'));
  const failures = [
    ...(isFlawless(verdict) ? [] : ['Not every mail is accounted for.']),
    ...(settledAfterMs === undefined ? ['Ten minutes after the last fault not everything was closed.'] : []),
    ...(selfTest.missed.length > 0 ? ['A line was taken out of a log, and the comparison did not notice.'] : []),
    ...(selfTest.tried === 0 ? ['The comparison could not be tested: there was no line to take out.'] : []),
    ...(ownEnd(lives) ? ['The router ended by itself.'] : []),
    ...(exitCode === 0 ? [] : ['The router did not end well when it was asked to.']),
  ];
  const { seed, messages, mailboxes, kills, sends, downMs } = options;
  return {
    options: { seed, messages, mailboxes, kills, sends, downMs, store: place.databaseUrl === undefined ? 'embedded' : 'postgresql' },
    ok: failures.length === 0,
    failures,
    verdict,
    selfTest,
    router: { kills: lives.kills, ownEnds: lives.ownEnds, ...(exitCode !== undefined && { exitCode }) },
    ...(settledAfterMs !== undefined && { settledAfterMs: Math.round(settledAfterMs) }),
    durationMs,
    faults,
  };
}

const ownEnd = ({ ownEnds }: RouterLives): boolean => ownEnds.length > 0;

function countFaults(states: readonly FaultState[]): readonly FaultCount[] {
  const counts = new Map<string, { set: number; struck: number }>();
  for (const { name, struck } of states) {
    const count = counts.get(name) ?? { set: 0, struck: 0 };
    counts.set(name, { set: count.set + 1, struck: count.struck + struck });
  }
  return [...counts].map(([name, count]) => ({ name, ...count })).sort((a, b) => a.name.localeCompare(b.name));
}
