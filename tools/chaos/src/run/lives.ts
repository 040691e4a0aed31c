import { setTimeout as sleep } from 'node:timers/promises';
import type { Stage } from './stage.ts';

const STEPS = 24;
const STEP_MS = 500;

/** Kills the router at the end of each of its lives, and starts it again at once. */
export async function killAgainAndAgain(stage: Stage, downMs: number): Promise<void> {
  const { plan, lives, signal } = stage;
  for (const [index, lifeMs] of plan.livesMs.entries()) {
    await sleep(lifeMs, undefined, { signal });
    await lives.kill();
    if (downMs > 0 && index === Math.floor(plan.livesMs.length / 2)) await stayDown(stage, downMs);
    lives.start();
  }
}

/** The tenant's day goes by in a few seconds, and its mail comes as before. */
async function stayDown({ tenant, note, signal }: Stage, downMs: number): Promise<void> {
  note(`the router is down for ${downMs / 3_600_000} h of the tenant's time`);
  for (let step = 0; step < STEPS; step += 1) {
    await tenant.call('jumpClock', Math.round(downMs / STEPS));
    await sleep(STEP_MS, undefined, { signal });
  }
}
