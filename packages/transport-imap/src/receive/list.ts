import { MailError, type ListRequest, type MessageSummary } from '@signalbox/core';
import type { FetchMessageObject } from 'imapflow';
import { SUMMARY, summaryOf } from '../convert.ts';
import { enter, type Session } from '../session.ts';
import { formatUids } from '../uid-set.ts';
import { eachRow, type Wanted } from './each-row.ts';
import { readAhead } from './read-ahead.ts';
import { fetchSummaries, PAGE } from './summaries.ts';

const DAY_MS = 86_400_000;

/** The UIDs are asked for once at the beginning, so that mail coming or going meanwhile shifts nothing. */
export function listMessages(session: Session, request: ListRequest): AsyncGenerator<MessageSummary, void, undefined> {
  const all = request.order === 'any' ? inServersOrder(session, request) : newestFirst(session, request);
  return request.limit === undefined ? all : atMost(all, request.limit);
}

async function* atMost<T>(items: AsyncGenerator<T, void, undefined>, limit: number): AsyncGenerator<T, void, undefined> {
  if (limit <= 0) return;
  let left = limit;
  for await (const item of items) {
    yield item;
    left -= 1;
    if (left <= 0) return;
  }
}

interface Found {
  readonly uidValidity: string;
  readonly uids: readonly number[];
}

/** By UID from page to page, by arrival within a page. Between pages the connection is free. */
async function* newestFirst(session: Session, request: ListRequest): AsyncGenerator<MessageSummary, void, undefined> {
  enter(session, request);
  const { receivedSince, limit = Number.POSITIVE_INFINITY } = request;
  const { uidValidity, uids } = await findUids(session, request);
  let [end, asked] = [uids.length, 0];
  const nextPage = (): Promise<MessageSummary[]> | undefined => {
    if (end <= 0 || asked >= limit) return undefined;
    const page = uids.slice(Math.max(0, end - Math.min(PAGE, limit - asked)), end);
    end -= page.length;
    // With `receivedSince` some of a page may not count, so every page is asked for in full.
    if (!receivedSince) asked += page.length;
    return readPage(session, request, uidValidity, page);
  };
  for await (const page of readAhead(nextPage)) {
    for (const summary of page) {
      if (!isRecent(summary, request)) continue;
      enter(session, request);
      yield summary;
    }
  }
}

/** All in one command, each handed over as it comes. */
function inServersOrder(session: Session, request: ListRequest): AsyncGenerator<MessageSummary, void, undefined> {
  const { folder } = request;
  const find = async (): Promise<Wanted> => {
    const { uidValidity, uids } = await findUids(session, request);
    return { uidValidity, left: new Set(uids) };
  };
  const read = (row: FetchMessageObject, uidValidity: string): MessageSummary | undefined => {
    const summary = summaryOf(row, folder, uidValidity);
    return summary && isRecent(summary, request) ? summary : undefined;
  };
  return eachRow(session, { folder, find, query: SUMMARY, read }, request);
}

const isRecent = ({ receivedAt }: MessageSummary, { receivedSince }: ListRequest): boolean => !receivedSince || receivedAt >= receivedSince;

async function findUids(session: Session, { folder, receivedSince, signal }: ListRequest): Promise<Found> {
  return session.pool.use(
    async (connection) => {
      const { uidValidity, exists } = await connection.select(folder, { fresh: true, signal });
      if (exists === 0) return { uidValidity, uids: [] };
      // SEARCH knows days, in the server's time zone (RFC 9051 §6.4.4): ask for one more and sort out afterwards.
      const uids = await connection.search(receivedSince ? { since: new Date(receivedSince.getTime() - DAY_MS) } : { all: true }, signal);
      return { uidValidity, uids };
    },
    { signal, folder, repeatable: true },
  );
}

async function readPage(session: Session, { folder, signal }: ListRequest, uidValidity: string, uids: readonly number[]): Promise<MessageSummary[]> {
  const summaries = await session.pool.use(
    async (connection) => {
      const selected = await connection.select(folder, { signal });
      if (selected.uidValidity !== uidValidity) throw new MailError('folder.not-found', `"${folder}" was replaced while it was listed.`);
      return fetchSummaries(connection, selected, formatUids(uids), signal);
    },
    { signal, folder, repeatable: true },
  );
  return [...summaries.values()].reverse().sort((a, b) => b.receivedAt.getTime() - a.receivedAt.getTime());
}
