import { setTimeout as sleep } from 'node:timers/promises';
import { readConsumerLog } from '../logs.ts';
import type { Stage } from './stage.ts';

const EVERY_MS = 1_500;
const PATIENCE_MS = 180_000;

/** Resolves once every mailbox has brought a letter: from then on, all that comes is to be delivered. Nobody asks the router for it. */
export async function warmUp({ plan, place, tenant, note, signal }: Stage): Promise<void> {
  const started = performance.now();
  const silent = new Set(plan.mailboxes.map(({ id }) => id));
  for (let round = 1; ; round += 1) {
    for (const mailbox of silent) await tenant.call('probe', mailbox, `probe-${round}`);
    await sleep(EVERY_MS, undefined, { signal });
    for (const { mailbox, tag } of readConsumerLog(place.logs.consumer)) if (tag.startsWith('probe-')) silent.delete(mailbox);
    if (silent.size === 0) break;
    if (performance.now() - started > PATIENCE_MS) throw new Error(`These mailboxes were not read within ${PATIENCE_MS / 1_000} s, before anything was broken: ${[...silent].join(', ')}.`);
  }
  note(`all mailboxes are read after ${seconds(performance.now() - started)}`);
}

export const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
