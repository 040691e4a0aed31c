import type { FailureClass } from './failure.ts';
import { type PostponedClass, pauseMs } from './back-off.ts';

/** Mailboxes that rest after a failure which is not the mail's own: their other mails need not find that out one by one. */
export interface Pauses {
  /** How many mails may be under way: none while it rests, one to try again, `most` otherwise. */
  room(mailbox: string, most: number): number;
  /** Answers how long it rests. */
  failed(mailbox: string, failure: PostponedClass, retryAfterMs: number | undefined): number;
  worked(mailbox: string): void;
  /** Until when it rests, in milliseconds from now; 0 when it does not. */
  leftMs(mailbox: string): number;
}

export interface PausesOptions {
  readonly now: () => number;
  readonly random: () => number;
}

export function createPauses({ now, random }: PausesOptions): Pauses {
  const resting = new Map<string, { readonly count: number; readonly until: number }>();
  const leftMs = (mailbox: string): number => Math.max(0, (resting.get(mailbox)?.until ?? 0) - now());
  return {
    leftMs,
    room(mailbox, most) {
      if (!resting.has(mailbox)) return most;
      return leftMs(mailbox) > 0 ? 0 : 1;
    },
    failed(mailbox, failure, retryAfterMs) {
      const known = resting.get(mailbox);
      // Mails that were under way together fail together: that counts once.
      if (known && known.until > now()) return Math.max(known.until - now(), retryAfterMs ?? 0);
      const count = (known?.count ?? 0) + 1;
      const pause = pauseMs({ failure, attempt: count, retryAfterMs, random: random() });
      resting.set(mailbox, { count, until: now() + pause });
      return pause;
    },
    worked: (mailbox) => void resting.delete(mailbox),
  };
}

export const isPostponed = (failure: FailureClass): failure is PostponedClass => failure !== 'refused' && failure !== 'person' && failure !== 'unknown';
