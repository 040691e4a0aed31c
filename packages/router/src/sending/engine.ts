import { createBell, createLimiter } from '@signalbox/kit';
import { codeOf } from '../failure-code.ts';
import { createPauses } from './pauses.ts';
import type { SendingContext } from './context.ts';
import { either } from './waiting.ts';
import { createWorkers } from './workers.ts';

export interface SendingEngine {
  /** Sends what is due until the signal aborts, and then ends what is under way. */
  run(signal: AbortSignal): Promise<void>;
  /** Something was submitted, or decided: look now. */
  wake(mailbox?: string): void;
}

const MAILBOXES_AT_ONCE = 500;
const PRUNE_EVERY_MS = 10 * 60_000;

export function createEngine(context: SendingContext): SendingEngine {
  const { outbox, owner, host, settings } = context;
  const bell = createBell();
  const pauses = createPauses({ now: () => host.clock.now().getTime(), random: host.random });
  const workers = createWorkers(context, pauses, createLimiter(settings.total), () => bell.ring());

  /** Answers how long nothing needs to be looked at. */
  const round = async (signal: AbortSignal): Promise<number> => {
    for (const mailbox of await outbox.due({ owner, limit: MAILBOXES_AT_ONCE })) workers.wake(mailbox, signal);
    const next = (await outbox.nextDueInMs()) ?? settings.pollMs;
    return next === 0 ? settings.pollMs : Math.min(settings.pollMs, next);
  };

  const prune = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      try {
        while (!signal.aborted && (await outbox.prune({ contentAfterMs: settings.keepContentMs, rowAfterMs: settings.keepEntryMs })));
      } catch (error) {
        host.log.log('warn', 'sending.not-pruned', { code: codeOf(error) });
      }
      await host.clock.sleep(PRUNE_EVERY_MS, signal).catch(() => {}); // ends by the signal
    }
  };

  return {
    wake(mailbox) {
      if (mailbox !== undefined) workers.nudge(mailbox);
      bell.ring();
    },
    async run(signal) {
      const pruning = prune(signal);
      while (!signal.aborted) {
        const pause = await round(signal).catch((error: unknown) => {
          host.log.log('error', 'sending.store-failed', { code: codeOf(error) });
          return settings.pollMs;
        });
        await either((until) => bell.next(until), (until) => host.clock.sleep(pause, until), signal);
      }
      await workers.stop();
      await pruning;
    },
  };
}
