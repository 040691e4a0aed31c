import { setTimeout as sleep } from 'node:timers/promises';
import type { PlannedFault } from '../plan/faults.ts';
import type { Stage } from './stage.ts';

interface Step {
  readonly atMs: number;
  readonly run: () => Promise<void> | void;
}

/** Plays letters, faults and sends at their times. Resolves when the last fault is over, and all are taken back. */
export async function playScript(stage: Stage): Promise<void> {
  const { plan, tenant, product, signal } = stage;
  const steps: readonly Step[] = [
    ...plan.traffic.map((event) => ({ atMs: event.atMs, run: () => tenant.call('play', event) })),
    ...plan.faults.filter(({ untilMs }) => untilMs !== undefined).map((fault) => ({ atMs: fault.atMs, run: () => strike(stage, fault) })),
    ...plan.sends.map((send) => ({ atMs: send.atMs, run: () => product.send(send) })),
  ].sort((a, b) => a.atMs - b.atMs);
  const started = performance.now();
  const running: Promise<void>[] = [];
  for (const { atMs, run } of steps) {
    const wait = started + atMs - performance.now();
    if (wait > 0) await sleep(wait, undefined, { signal });
    const step = Promise.resolve(run());
    step.catch(() => {}); // told at the end
    running.push(step);
  }
  await Promise.all(running);
  const left = started + plan.durationMs - performance.now();
  if (left > 0) await sleep(left, undefined, { signal });
  await tenant.call('clearFaults');
}

/** The faults that are how a door is, before anybody comes to it. */
export async function setStanding({ plan, tenant }: Pick<Stage, 'plan' | 'tenant'>): Promise<void> {
  for (const fault of plan.faults) if (fault.untilMs === undefined) await tenant.call('setFault', fault);
}

async function strike({ plan, tenant, product, signal }: Stage, fault: PlannedFault): Promise<void> {
  const id = await tenant.call('setFault', fault);
  await sleep((fault.untilMs ?? fault.atMs) - fault.atMs, undefined, { signal });
  await tenant.call('clearFault', id);
  const mailbox = plan.mailboxes.find(({ address }) => address === fault.signIn);
  if (mailbox) await product.signIn(mailbox);
}
