import { type Clock, type FolderId, isMailError, MailError } from '@signalbox/core';
import { anySignal, createLimiter, type Place } from '@signalbox/kit';
import type { Connector } from './connect.ts';
import type { Connection } from './connection.ts';

/** A connection held by one user at a time. */
export interface Lease extends Disposable {
  readonly connection: Connection;
  /**
   * Set while the holder only waits for mail: called when somebody else needs a connection and none is free.
   * The holder then gives its own up and queues again, so that watching never starves a call.
   */
  onDemand: (() => void) | undefined;
}

export interface UseOptions {
  readonly signal?: AbortSignal | undefined;
  /** Prefer a connection that has this folder selected. */
  readonly folder?: FolderId;
  /** The work may be repeated from its start on a fresh connection when this one breaks. */
  readonly repeatable: boolean;
}

export interface AcquireOptions {
  readonly signal?: AbortSignal | undefined;
  /** Prefer a connection that has this folder selected. */
  readonly folder?: FolderId;
  /** Let those who only wait for mail keep their connection this long; two watchers would otherwise chase one another. */
  readonly patienceMs?: number;
}

/** The connections of one mailbox: never more than `maxConnections`, opened when needed, closed when unused. */
export interface ConnectionPool extends AsyncDisposable {
  /** Aborts on disposal; its reason is `transport.closed`. */
  readonly closed: AbortSignal;
  acquire(options: AcquireOptions): Promise<Lease>;
  use<T>(work: (connection: Connection) => Promise<T>, options: UseOptions): Promise<T>;
  /** Calls are waiting for a connection. */
  readonly wanted: boolean;
}

const UNUSED_MS = 2 * 60_000;

export function createPool(connector: Connector, clock: Clock, maxConnections: number): ConnectionPool {
  const limiter = createLimiter(maxConnections);
  const closing = new AbortController();
  const leases = new Set<Lease>();
  const idle: { readonly connection: Connection; readonly since: number }[] = [];
  let waiting = 0;
  let claims = 0;
  let reaping = false;

  const take = (folder: FolderId | undefined): Connection | undefined => {
    const now = clock.now();
    for (let index = idle.length - 1; index >= 0; index -= 1) {
      const { connection } = idle[index] ?? {};
      if (connection && isSpent(connection, now)) {
        idle.splice(index, 1);
        connection.destroy();
      }
    }
    const same = idle.findLastIndex(({ connection }) => connection.selected?.folder === folder);
    return idle.splice(same === -1 ? idle.length - 1 : same, 1)[0]?.connection;
  };

  const giveBack = (connection: Connection): void => {
    if (closing.signal.aborted || isSpent(connection, clock.now())) connection.destroy();
    else {
      idle.push({ connection, since: clock.now().getTime() });
      if (!reaping) void reap();
    }
  };

  /** Closes what nobody has used for a while; runs only while there is something to close. */
  const reap = async (): Promise<void> => {
    reaping = true;
    try {
      while (idle.length > 0) {
        await clock.sleep(UNUSED_MS, closing.signal);
        const limit = clock.now().getTime() - UNUSED_MS;
        for (const entry of idle.filter(({ since }) => since <= limit)) {
          idle.splice(idle.indexOf(entry), 1);
          void entry.connection.logout();
        }
      }
    } catch {
      // disposed of
    } finally {
      reaping = false;
    }
  };

  const askPatiently = async (patienceMs: number, over: AbortSignal): Promise<void> => {
    try {
      for (;;) {
        await clock.sleep(patienceMs, over);
        askForOne(leases);
      }
    } catch {
      // the place was got
    }
  };

  /** A place among the `maxConnections`, asking those who only wait for mail where there is none. */
  const takePlace = async (signal: AbortSignal | undefined, patienceMs: number): Promise<Place> => {
    if (claims <= maxConnections) return limiter.acquire(signal);
    const over = new AbortController();
    if (patienceMs === 0) askForOne(leases);
    else void askPatiently(patienceMs, over.signal);
    if (patienceMs === 0) waiting += 1;
    try {
      return await limiter.acquire(signal);
    } finally {
      if (patienceMs === 0) waiting -= 1;
      over.abort();
    }
  };

  const acquire: ConnectionPool['acquire'] = async ({ signal, folder, patienceMs = 0 }) => {
    closing.signal.throwIfAborted();
    const either = anySignal(signal, closing.signal);
    claims += 1;
    let place: Place | undefined;
    const leave = (): void => {
      claims -= 1;
      place?.[Symbol.dispose]();
    };
    try {
      place = await takePlace(either, patienceMs);
      const connection = take(folder) ?? (await connector.connect(either && { signal: either }));
      const lease: Lease = {
        connection,
        onDemand: undefined,
        [Symbol.dispose]() {
          if (!leases.delete(lease)) return;
          giveBack(connection);
          leave();
        },
      };
      leases.add(lease);
      return lease;
    } catch (error) {
      leave();
      throw error;
    }
  };

  const use: ConnectionPool['use'] = async (work, options) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        using lease = await acquire(options);
        return await work(lease.connection);
      } catch (error) {
        closing.signal.throwIfAborted();
        if (!options.repeatable || attempt > 1 || !isLost(error)) throw error;
      }
    }
  };

  return {
    acquire,
    use,
    closed: closing.signal,
    get wanted() {
      return waiting > 0;
    },
    async [Symbol.asyncDispose]() {
      if (closing.signal.aborted) return;
      closing.abort(new MailError('transport.closed', 'This transport has been disposed of.'));
      for (const { connection } of leases) connection.destroy();
      await Promise.all(idle.splice(0).map(({ connection }) => connection.logout()));
    },
  };
}

function askForOne(leases: ReadonlySet<Lease>): void {
  for (const lease of leases) {
    if (!lease.onDemand) continue;
    const { onDemand } = lease;
    lease.onDemand = undefined;
    onDemand();
    return;
  }
}

/** A silent server has already had its time: only a cut connection is worth a second attempt. */
const isLost = (error: unknown): boolean => isMailError(error) && error.code === 'connection.lost';

const isSpent = ({ usable, renewAt }: Connection, now: Date): boolean => !usable || (renewAt !== undefined && renewAt <= now);
