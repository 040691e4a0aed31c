import type { TenantClock } from '../clock.ts';
import type { TenantLimits } from '../directory/directory.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;

/** What one mailbox has sent, as far as the limits look back (FACTS.md C6). */
export class SendingQuota {
  readonly #clock: TenantClock;
  readonly #recipients: { readonly at: number; readonly count: number }[] = [];
  /** When the last messages leave, some of them in the future. */
  readonly #slots: number[] = [];

  constructor(clock: TenantClock) {
    this.#clock = clock;
  }

  /** Whether as many recipients still fit into the last 24 hours. */
  hasRoomFor(recipients: number, { recipientsPerDay }: TenantLimits): boolean {
    const since = this.#clock.now().getTime() - DAY;
    while (this.#recipients[0] && this.#recipients[0].at <= since) this.#recipients.shift();
    const sent = this.#recipients.reduce((sum, { count }) => sum + count, 0);
    return sent + recipients <= recipientsPerDay;
  }

  /** Counts a message; answers how long it has to wait: more than the minute takes is delayed, not refused. */
  count(recipients: number, { messagesPerMinute }: TenantLimits): number {
    const now = this.#clock.now().getTime();
    this.#recipients.push({ at: now, count: recipients });
    const before = this.#slots.at(-messagesPerMinute);
    const slot = before === undefined ? now : Math.max(now, before + MINUTE);
    this.#slots.push(slot);
    if (this.#slots.length > messagesPerMinute) this.#slots.shift();
    return slot - now;
  }
}
