import { createBell, createLimiter, type Limiter } from '@signalbox/kit';
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
  /** Ends what is under way in these mailboxes, and begins nothing in them until it is disposed. */
  halt(mailboxes: readonly string[]): Promise<Disposable>;
}

const MAILBOXES_AT_ONCE = 500;
/** How often it is looked for what a sender left behind that is gone; its lease outlives it for longer than that. */
const ORPHANS_MS = 5_000;
const PRUNE_EVERY_MS = 10 * 60_000;

export function createEngine(context: SendingContext): SendingEngine {
  const { outbox, owner, host } = context;
  const bell = createBell();
  const pauses = createPauses({ now: () => host.clock.now().getTime(), random: host.random });
  const workers = createWorkers(context, pauses, limitOf(context), () => bell.ring());

  let lookedAt = -Infinity;
  /** Answers how long nothing needs to be looked at. */
  const round = async (signal: AbortSignal): Promise<number> => {
    const { pollMs } = context.settings;
    const [next, now] = [await outbox.nextDueInMs(), host.clock.now().getTime()];
    // Most rounds find nothing, and are to cost one question.
    if (next === 0 || Math.abs(now - lookedAt) >= ORPHANS_MS) {
      lookedAt = now;
      for (const mailbox of await outbox.due({ owner, limit: MAILBOXES_AT_ONCE })) workers.wake(mailbox, signal);
    }
    return next === undefined || next === 0 ? pollMs : Math.min(pollMs, next);
  };

  const prune = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      try {
        while (!signal.aborted && (await outbox.prune({ contentAfterMs: context.settings.keepContentMs, rowAfterMs: context.settings.keepEntryMs })));
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
    halt: (mailboxes) => workers.halt(mailboxes),
    async run(signal) {
      const pruning = prune(signal);
      while (!signal.aborted) {
        const pause = await round(signal).catch((error: unknown) => {
          host.log.log('error', 'sending.store-failed', { code: codeOf(error) });
          return context.settings.pollMs;
        });
        await either((until) => bell.next(until), (until) => host.clock.sleep(pause, until), signal);
      }
      await workers.stop();
      await pruning;
    },
  };
}

/** The limit in force. Where it is another now, what is under way under the one before comes to its end beside it. */
function limitOf(context: SendingContext): () => Limiter {
  let { total } = context.settings;
  let limiter = createLimiter(total);
  return () => {
    if (total !== context.settings.total) limiter = createLimiter((total = context.settings.total));
    return limiter;
  };
}
