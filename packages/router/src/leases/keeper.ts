import { type CallOptions, type Clock, isMailError, type Logger } from '@signalbox/core';
import { anySignal } from '@signalbox/kit';
import { type Holding, type Leases, RouterError } from '@signalbox/store';
import type { Direction } from '../routing/flow.ts';

/** The part of the store's leases that a keeper needs. The store's clock decides how long a lease is; nothing here compares clocks. */
export type LeaseRows = Pick<Leases, 'acquire' | 'keep' | 'release'>;

export interface LeaseKeeperOptions {
  readonly rows: LeaseRows;
  /** Who asks: another one for every process and start. */
  readonly owner: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Milliseconds that never jump: `performance.now`. A frozen process finds here how long it was away. */
  readonly monotonic?: () => number;
}

/** Given back on disposal. */
export interface HeldLease extends Holding, AsyncDisposable {
  /** Aborts with `lease.lost`, and on disposal. Everything that touches the outside on behalf of the lease runs under it. */
  readonly signal: AbortSignal;
  /** Right before the wire: throws `lease.lost` when the lease has not been confirmed lately, even where no timer has had a chance to say so. */
  check(): void;
}

export interface LeaseKeeper {
  /** Nothing while somebody else has it. */
  acquire(mailbox: string, direction: Direction, options?: CallOptions): Promise<HeldLease | undefined>;
}

/** How often a lease of 15 s is renewed, and after how long without an answer it counts as lost: well before the store would give it to somebody else. */
const RENEW_MS = 5_000;
const RETRY_MS = 1_000;
const TRUST_MS = 10_000;

export function createLeaseKeeper(options: LeaseKeeperOptions): LeaseKeeper {
  const { rows, owner, monotonic = () => performance.now() } = options;
  return {
    async acquire(mailbox, direction, call) {
      call?.signal?.throwIfAborted();
      const askedAt = monotonic();
      const holding = await rows.acquire(mailbox, direction, owner);
      return holding && hold({ ...options, monotonic }, holding, askedAt);
    },
  };
}

/** `askedAt`: before the store was asked; from then on the lease runs at the least. */
function hold({ rows, clock, log, monotonic }: Required<LeaseKeeperOptions>, holding: Holding, askedAt: number): HeldLease {
  const { mailbox, direction, epoch } = holding;
  const over = new AbortController();
  let confirmedAt = askedAt;
  const lose = (why: string): void => {
    if (over.signal.aborted) return;
    log.log('warn', 'lease.lost', { mailbox, direction, epoch, why });
    over.abort(new RouterError('lease.lost', `The lease to ${direction} for the mailbox "${mailbox}" is lost: ${why}.`));
  };
  const trusted = (): boolean => monotonic() - confirmedAt < TRUST_MS;
  /** Answers when to renew again. */
  const renew = async (): Promise<number> => {
    const at = monotonic();
    try {
      if (!(await rows.keep(holding))) lose('another router has it');
      else if (!trusted()) lose('it was not confirmed in time');
      confirmedAt = at;
      return RENEW_MS;
    } catch (error) {
      log.log('warn', 'lease.not-renewed', { mailbox, direction, ...(isMailError(error) && { code: error.code }) });
      return RETRY_MS;
    }
  };
  /** Beside the renewals, which may hang. */
  const watch = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const left = TRUST_MS - (monotonic() - confirmedAt);
      if (left <= 0) return lose('it was not confirmed in time');
      await clock.sleep(left, over.signal);
    }
  };
  const keep = async (): Promise<void> => {
    for (let wait = RENEW_MS; !over.signal.aborted; wait = await renew()) await clock.sleep(wait, over.signal);
  };
  watch().catch(() => {}); // ends by the signal only
  keep().catch(() => {});
  return {
    ...holding,
    signal: over.signal,
    check() {
      if (!trusted()) lose('it was not confirmed in time');
      over.signal.throwIfAborted();
    },
    async [Symbol.asyncDispose]() {
      const held = !over.signal.aborted;
      over.abort(new RouterError('lease.lost', `The lease to ${direction} for the mailbox "${mailbox}" was given back.`));
      if (held) await rows.release(holding).catch((error: unknown) => log.log('warn', 'lease.not-released', { mailbox, direction, ...(isMailError(error) && { code: error.code }) }));
    },
  };
}

/** What a call runs under that touches the outside on behalf of a lease. */
export const underLease = (lease: HeldLease, signal?: AbortSignal): AbortSignal => anySignal(lease.signal, signal) ?? lease.signal;
