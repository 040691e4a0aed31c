import { MailError, type ListRequest, type MessageSummary } from '@signalbox/core';
import type { Connection } from '../connection/connection.ts';
import { enter, type Session } from '../session.ts';
import { formatUids } from '../uid-set.ts';
import { readAhead } from './read-ahead.ts';
import { fetchSummaries, PAGE } from './summaries.ts';

const DAY_MS = 86_400_000;

/**
 * Newest first: by UID from page to page, by arrival within a page. Between pages the connection is free.
 * The UIDs are asked for once at the beginning, so that mail coming or going meanwhile shifts nothing.
 */
export async function* listMessages(session: Session, request: ListRequest): AsyncGenerator<MessageSummary, void, undefined> {
  const { signal, receivedSince, limit = Number.POSITIVE_INFINITY } = request;
  enter(session, request);
  const { uidValidity, uids } = await session.pool.use((connection) => findUids(connection, request), { signal, folder: request.folder, repeatable: true });
  let [end, asked] = [uids.length, 0];
  const nextPage = (): Promise<MessageSummary[]> | undefined => {
    if (end <= 0 || asked >= limit) return undefined;
    const page = uids.slice(Math.max(0, end - Math.min(PAGE, limit - asked)), end);
    end -= page.length;
    // With `receivedSince` some of a page may not count, so every page is asked for in full.
    if (!receivedSince) asked += page.length;
    return readPage(session, request, uidValidity, page);
  };
  let left = limit;
  for await (const page of readAhead(nextPage)) {
    for (const summary of page) {
      if (left === 0) return;
      if (receivedSince && summary.receivedAt < receivedSince) continue;
      left -= 1;
      signal?.throwIfAborted();
      session.pool.closed.throwIfAborted();
      yield summary;
    }
    if (left === 0) return;
  }
}

async function findUids(connection: Connection, { folder, receivedSince, signal }: ListRequest): Promise<{ uidValidity: string; uids: number[] }> {
  const { uidValidity, exists } = await connection.select(folder, { fresh: true, signal });
  if (exists === 0) return { uidValidity, uids: [] };
  // SEARCH knows days, in the server's time zone (RFC 9051 §6.4.4): ask for one more and sort out afterwards.
  const uids = await connection.search(receivedSince ? { since: new Date(receivedSince.getTime() - DAY_MS) } : { all: true }, signal);
  return { uidValidity, uids };
}

async function readPage(session: Session, { folder, signal }: ListRequest, uidValidity: string, uids: readonly number[]): Promise<MessageSummary[]> {
  const summaries = await session.pool.use(
    async (connection) => {
      const selected = await connection.select(folder, { signal });
      if (selected.uidValidity !== uidValidity) throw new MailError('folder.not-found', `"${folder}" was replaced while it was listed.`);
      return fetchSummaries(connection, selected, formatUids(uids), { uid: true, signal });
    },
    { signal, folder, repeatable: true },
  );
  return [...summaries.values()].reverse().sort((a, b) => b.receivedAt.getTime() - a.receivedAt.getTime());
}
