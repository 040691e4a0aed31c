import { type Clock, isMailError, type Logger } from '@signalbox/core';
import { isRouterError, type Store } from '@signalbox/store';
import type { ReceivingStatus } from '../receiving/status.ts';
import { rollBackSwitch } from './end-switch.ts';

export interface WatchSwitchesOptions {
  readonly store: Pick<Store, 'switches' | 'revisions' | 'mailboxes' | 'audit'>;
  readonly status: () => Promise<readonly Pick<ReceivingStatus, 'mailbox' | 'state' | 'error'>[]>;
  readonly clock: Clock;
  readonly log: Logger;
  /** In the name of what switches are completed and rolled back, for the audit log. */
  readonly who: string;
}

const LOOK_MS = 5_000;
/** A flow that has not read anything for so long after its switch, and that only a person could mend, is given up. */
export const FAILING_MS = 60_000;

/**
 * Watches over what was switched until the signal aborts: completes it when it has soaked, and rolls it back where the new flow has been failing in
 * a way that waiting does not mend. A server that is away would be away for the flow before as well: that is no reason.
 */
export async function watchSwitches(options: WatchSwitchesOptions, signal: AbortSignal): Promise<void> {
  const failingSince = new Map<string, number>();
  while (!signal.aborted) {
    await options.clock.sleep(LOOK_MS, signal).catch(() => {}); // aborted
    if (signal.aborted) return;
    try {
      await look(options, failingSince);
    } catch (error) {
      options.log.log('warn', 'switches.not-looked-at', isMailError(error) || isRouterError(error) ? { code: error.code } : { error: error instanceof Error ? error.name : typeof error });
    }
  }
}

async function look({ store, status, clock, log, who }: WatchSwitchesOptions, failingSince: Map<string, number>): Promise<void> {
  for (const { mailbox, id } of await store.switches.complete(who)) log.log('info', 'switch.completed', { mailbox, switch: id });
  const soaking = await store.switches.list({ states: ['soaking'], limit: 1_000 });
  if (soaking.length === 0) return failingSince.clear();
  const states = new Map((await status()).map((each) => [each.mailbox, each]));
  const now = clock.now().getTime();
  for (const { mailbox, id } of soaking) {
    const error = states.get(mailbox)?.error;
    if (!error || states.get(mailbox)?.state === 'active' || error.retry === 'safe') {
      failingSince.delete(id);
      continue;
    }
    const since = failingSince.get(id) ?? now;
    failingSince.set(id, since);
    if (now - since < FAILING_MS) continue;
    await rollBackSwitch(store, mailbox, { who, why: `it failed with ${error.code} for ${Math.round((now - since) / 1000)} s` });
    failingSince.delete(id);
    log.log('warn', 'switch.rolled-back', { mailbox, switch: id, code: error.code });
  }
}
