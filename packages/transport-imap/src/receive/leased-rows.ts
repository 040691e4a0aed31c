import type { FolderId } from '@signalbox/core';
import type { FetchMessageObject } from 'imapflow';
import type { Connection } from '../connection/connection.ts';
import type { Lease } from '../connection/pool.ts';
import type { Session } from '../session.ts';

export type Rows = AsyncGenerator<FetchMessageObject, void, undefined>;

/** The rows of one command as they come, on a connection that is held meanwhile. */
export interface LeasedRows extends AsyncIterable<FetchMessageObject> {
  /** Gives the connection back: at once when all rows were read, otherwise when the rest has run to waste. */
  end(): Promise<void>;
}

export interface LeaseRowsOptions {
  readonly folder: FolderId;
  readonly signal: AbortSignal | undefined;
  readonly open: (connection: Connection) => Promise<Rows>;
}

/** The end of an answer is worth waiting for up to this size; with more to come a fresh connection is had sooner. */
const REST_BYTES = 8 * 1024 * 1024;
/** What a row without a source takes in memory, roughly. */
const ROW_BYTES = 4 * 1024;

/**
 * As soon as a call finds no other connection, also one made inside the iteration, the end of the answer is read into memory and
 * the connection given back. Where that end is too long `connection.lost` is thrown, after what has come by then.
 */
export async function leaseRows(session: Session, { folder, signal, open }: LeaseRowsOptions): Promise<LeasedRows> {
  const lease = await session.pool.acquire({ signal, folder });
  try {
    const rows = await open(lease.connection);
    let rest: Promise<Rest> | undefined;
    // A generator answers in the order it was asked: a reader that is waiting gets its row first.
    const hurry = (): Promise<Rest> => (rest ??= readRest(rows, lease, true));
    if (session.pool.wanted) void hurry();
    else lease.onDemand = () => void hurry();
    let given = 0;
    const next = async (): Promise<IteratorResult<FetchMessageObject>> => {
      const { kept, failure } = await hurry();
      const row = kept[given++];
      if (row) return { done: false, value: row };
      if (failure !== undefined) throw failure;
      return { done: true, value: undefined };
    };
    return {
      [Symbol.asyncIterator]: () => ({ next: () => (rest ? next() : rows.next()) }),
      async end() {
        lease.onDemand = undefined;
        await (rest ??= readRest(rows, lease, false));
      },
    };
  } catch (error) {
    lease[Symbol.dispose]();
    throw error;
  }
}

interface Rest {
  readonly kept: readonly FetchMessageObject[];
  readonly failure?: unknown;
}

/** Reads to the end, or gives the connection up where that is too far; the lease is over in either case. */
async function readRest(rows: Rows, lease: Lease, keep: boolean): Promise<Rest> {
  using _ = lease;
  const kept: FetchMessageObject[] = [];
  let octets = 0;
  try {
    for await (const row of rows) {
      octets += row.source?.length ?? ROW_BYTES;
      if (keep) kept.push(row);
      if (octets > REST_BYTES) lease.connection.destroy();
    }
    return { kept };
  } catch (failure) {
    return { kept, failure };
  }
}
