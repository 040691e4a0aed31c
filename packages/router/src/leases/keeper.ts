import { type CallOptions, type Clock, type Logger } from '@signalbox/core';
import { anySignal } from '@signalbox/kit';
import { type Holding, type Leases, RouterError } from '@signalbox/store';
import { codeOf } from '../failure-code.ts';
import type { Direction } from '../routing/flow.ts';

/** The part of the store's leases that a keeper needs. The store's clock decides how long a lease is; nothing here compares clocks. */
export type LeaseRows = Pick<Leases, 'acquire' | 'keepAll' | 'release'>;

export interface LeaseKeeperOptions {
  readonly rows: LeaseRows;
  /** Who asks: another one for every process that runs at the same time. */
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

interface Entry {
  readonly holding: Holding;
  readonly over: AbortController;
  /** Before the store was last asked and said yes: from then on the lease runs at the least. */
  confirmedAt: number;
}

/** Keeps all leases of a process with one statement: with thousands of mailboxes, one for each would be all that the store does. */
export function createLeaseKeeper({ rows, owner, clock, log, monotonic = () => performance.now() }: LeaseKeeperOptions): LeaseKeeper {
  const held = new Set<Entry>();
  let loops: AbortController | undefined;

  const leave = (entry: Entry, error: RouterError): void => {
    held.delete(entry);
    entry.over.abort(error);
    if (held.size > 0) return;
    loops?.abort();
    loops = undefined;
  };
  const lose = (entry: Entry, why: string): void => {
    const { mailbox, direction, epoch } = entry.holding;
    log.log('warn', 'lease.lost', { mailbox, direction, epoch, why, code: 'lease.lost' });
    leave(entry, new RouterError('lease.lost', `The lease to ${direction} for the mailbox "${mailbox}" is lost: ${why}.`));
  };
  const isTrusted = ({ confirmedAt }: Entry): boolean => monotonic() - confirmedAt < TRUST_MS;
  const dropUntrusted = (): void => {
    for (const entry of held) if (!isTrusted(entry)) lose(entry, 'it was not confirmed in time');
  };

  /** Answers when to renew again. */
  const renew = async (): Promise<number> => {
    const [askedAt, asked] = [monotonic(), [...held]];
    try {
      const kept = new Set((await rows.keepAll(owner)).map(nameOf));
      dropUntrusted(); // an answer that was on its way too long gives nobody another life
      for (const entry of asked) {
        if (!held.has(entry)) continue;
        if (kept.has(nameOf(entry.holding))) entry.confirmedAt = askedAt;
        else lose(entry, 'another router has it');
      }
      return RENEW_MS;
    } catch (error) {
      log.log('warn', 'leases.not-renewed', { leases: asked.length, code: codeOf(error) });
      return RETRY_MS;
    }
  };
  const keep = async (signal: AbortSignal): Promise<void> => {
    for (let wait = RENEW_MS; !signal.aborted; wait = await renew()) await clock.sleep(wait, signal);
  };
  /** Beside the renewals, which may hang. */
  const watch = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      dropUntrusted();
      const oldest = Math.min(...[...held].map(({ confirmedAt }) => confirmedAt));
      await clock.sleep(Math.max(1, TRUST_MS - (monotonic() - oldest)), signal);
    }
  };
  const add = (entry: Entry): void => {
    held.add(entry);
    if (loops) return;
    loops = new AbortController();
    keep(loops.signal).catch(() => {}); // ends by the signal only
    watch(loops.signal).catch(() => {});
  };

  const toLease = (entry: Entry): HeldLease => ({
    ...entry.holding,
    signal: entry.over.signal,
    check() {
      if (held.has(entry) && !isTrusted(entry)) lose(entry, 'it was not confirmed in time');
      entry.over.signal.throwIfAborted();
    },
    async [Symbol.asyncDispose]() {
      if (!held.has(entry)) return;
      const { mailbox, direction } = entry.holding;
      leave(entry, new RouterError('lease.lost', `The lease to ${direction} for the mailbox "${mailbox}" was given back.`));
      await rows.release(entry.holding).catch((error: unknown) => log.log('warn', 'lease.not-released', { mailbox, direction, code: codeOf(error) }));
    },
  });

  return {
    async acquire(mailbox, direction, options) {
      options?.signal?.throwIfAborted();
      const confirmedAt = monotonic();
      const holding = await rows.acquire(mailbox, direction, owner);
      if (!holding) return undefined;
      const entry: Entry = { holding, confirmedAt, over: new AbortController() };
      add(entry);
      return toLease(entry);
    },
  };
}

const nameOf = ({ mailbox, direction, epoch }: Holding): string => JSON.stringify([mailbox, direction, epoch]);

/** What a call runs under that touches the outside on behalf of a lease. */
export const underLease = (lease: HeldLease, signal?: AbortSignal): AbortSignal => anySignal(lease.signal, signal) ?? lease.signal;
