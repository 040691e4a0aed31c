import type { Clock, Logger } from '@signalbox/core';
import type { RetentionRules, Store } from '@signalbox/store';
import type { RetentionConfig } from '../config/config.ts';
import { codeOf } from '../failure-code.ts';

export interface RetentionOptions {
  readonly store: Pick<Store, 'retention'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Asked each time. */
  readonly rules: () => RetentionRules;
}

const DAY_MS = 86_400_000;
const DUTY = 'retention';
/** How often one of the routers on the store sees to it. */
const EVERY_MS = 3_600_000;
/** How often it is asked whether that is due: a router that was busy with it and died is followed within this. */
const LOOK_MS = 10 * 60_000;
/** Between two transactions, so that mail goes first. */
const PAUSE_MS = 200;

export const rulesOf = ({ ledgerMs = 30 * DAY_MS, effectsMs = 30 * DAY_MS, revisionsMs, auditMs }: RetentionConfig): RetentionRules => ({
  ledgerMs,
  effectsMs,
  ...(revisionsMs !== undefined && { revisionsMs }),
  ...(auditMs !== undefined && { auditMs }),
});

/** Lets go what has had its time, until the signal aborts. Of several routers on a store one does. Never throws: mail goes on without it. */
export async function keepRetention({ store, clock, log, rules }: RetentionOptions, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      if (await store.retention.claim(DUTY, EVERY_MS)) {
        const dropped = await store.retention.sweep(rules(), () => clock.sleep(PAUSE_MS, signal));
        if (Object.values(dropped).some((count) => count > 0)) log.log('info', 'retention.dropped', { ...dropped });
      }
    } catch (error) {
      if (!signal.aborted) log.log('warn', 'retention.failed', { code: codeOf(error) });
    }
    await clock.sleep(LOOK_MS, signal).catch(() => {}); // ends by the signal
  }
}
