import { type CallOptions, type FolderId, isMailError, MailError } from '@signalbox/core';
import type { FetchMessageObject, FetchQueryObject } from 'imapflow';
import type { Connection } from '../connection/connection.ts';
import { enter, type Session } from '../session.ts';
import { formatInPieces } from '../uid-set.ts';
import { leaseRows, type Rows } from './leased-rows.ts';

/** What to ask for: UIDs under the UIDVALIDITY they belong to. Those answered are taken out. */
export interface Wanted {
  readonly uidValidity: string;
  readonly left: Set<number> | Map<number, unknown>;
}

export interface EachRowOptions<T> {
  readonly folder: FolderId;
  readonly find: () => Wanted | Promise<Wanted>;
  readonly query: FetchQueryObject;
  /** Absent for a row that is not the answer: servers add rows about flags whenever they like. */
  readonly read: (row: FetchMessageObject, uidValidity: string) => T | undefined;
}

/**
 * One answer for each of the UIDs that exist, each once, in the server's order; what is left in the end does not exist. Goes on
 * where it was when the connection breaks; what goes wrong twice in a row is thrown. Throws `folder.not-found` when the folder is
 * gone or was numbered anew.
 */
export async function* eachRow<T>(session: Session, { folder, find, query, read }: EachRowOptions<T>, options?: CallOptions): AsyncGenerator<T, void, undefined> {
  enter(session, options);
  const signal = options?.signal;
  const { uidValidity, left } = await find();
  for (let before = left.size + 1; left.size > 0; ) {
    try {
      for (const { set } of formatInPieces(left.keys())) {
        const open = (connection: Connection): Promise<Rows> => openRows(connection, set);
        const rows = await leaseRows(session, { folder, signal, open });
        let ended = false;
        try {
          for await (const row of rows) {
            const answer = left.has(row.uid) ? read(row, uidValidity) : undefined;
            if (answer === undefined) continue;
            left.delete(row.uid);
            enter(session, options);
            yield answer;
          }
          ended = true;
        } finally {
          const end = rows.end();
          if (ended) await end;
        }
      }
      return;
    } catch (error) {
      session.pool.closed.throwIfAborted();
      if (!isMailError(error) || error.code !== 'connection.lost' || left.size === before) throw error;
      before = left.size;
    }
  }

  async function openRows(connection: Connection, set: string): Promise<Rows> {
    const selected = await connection.select(folder, { signal });
    if (selected.uidValidity !== uidValidity) throw new MailError('folder.not-found', `"${folder}" was replaced while it was read.`);
    return connection.rows(set, query, { signal });
  }
}
