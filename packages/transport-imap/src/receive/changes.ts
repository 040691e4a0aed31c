import { type ChangeBatch, type ChangesRequest, isMailError, type MessageSummary } from '@signalbox/core';
import { type Bell, bellOf } from '@signalbox/kit';
import type { Connection } from '../connection/connection.ts';
import { connectionIsGone } from '../errors.ts';
import { enter, type Session } from '../session.ts';
import { type Position, readCursor, writeCursor } from './cursor.ts';
import { BATCH, look, positionNow, positionWithin, readBatch } from './sweep.ts';
import { type Reason, waitForNews } from './watch.ts';

/** One run of `changes`: where it is, and what it saw of its connection. */
interface Run {
  readonly session: Session;
  readonly request: ChangesRequest;
  /** Absent until the first sweep of a run from the beginning. */
  position: Position | undefined;
  /** When the last finished sweep began; before the first one nothing can be promised but the distant past. */
  sweptAt: Date;
  reportedAt: number;
  /** The session and view in which the last sweep ended, to go on watching without asking again. */
  seen: { readonly connection: Connection; readonly selections: number; readonly news: number } | undefined;
  /** Sweeps in a row that left something unread which the server had named. */
  unfilled: number;
  /** Set while a cut connection has not been followed by a whole sweep. */
  broken: boolean;
}

/** What the server named but did not show is asked for again this soon, then ever later. */
const FIRST_RETRY_MS = 500;

/**
 * New messages in the order of their UIDs. Between batches no connection is held. Under `watch` a cut connection is
 * replaced at once; what goes wrong twice in a row is thrown, since waiting longer is the caller's decision.
 */
export async function* readChanges(session: Session, request: ChangesRequest): AsyncGenerator<ChangeBatch, void, undefined> {
  enter(session, request);
  const stop = new AbortController();
  const waker = bellOf(request.wake, stop.signal);
  const run: Run = { session, request, position: undefined, sweptAt: new Date(0), reportedAt: 0, seen: undefined, unfilled: 0, broken: false };
  try {
    if (request.since.kind === 'cursor') run.position = readCursor(session.refSpace, request.folder, request.since.cursor);
    if (request.since.kind === 'now') yield await startNow(run);
    else yield* sweep(run, 'look');
    while (request.watch) yield* watchOnce(run, waker);
  } catch (error) {
    // Disposal ends an iteration; the last cursor handed out tells where.
    if (session.pool.closed.aborted && !request.signal?.aborted) return;
    throw error;
  } finally {
    stop.abort();
  }
}

async function startNow(run: Run): Promise<ChangeBatch> {
  const { session, request } = run;
  const { signal, folder } = request;
  run.sweptAt = session.clock.now();
  run.position = await session.pool.use((connection) => positionNow(connection, folder, signal), { signal, folder, repeatable: true });
  return batchOf(run, run.position, [], true);
}

/** Waits for something to happen, then reports it. A cut connection counts as something. */
async function* watchOnce(run: Run, waker: Bell): AsyncGenerator<ChangeBatch, void, undefined> {
  const { session, request } = run;
  try {
    yield* sweep(run, await waitFor(run, waker));
    run.broken = false;
  } catch (error) {
    if (session.pool.closed.aborted || request.signal?.aborted || run.broken || !connectionIsGone(error)) throw error;
    session.log.log('info', 'imap.connection-replaced', { folder: request.folder, ...(isMailError(error) && { code: error.code }) });
    run.broken = true;
    run.seen = undefined;
  }
}

async function waitFor(run: Run, waker: Bell): Promise<Reason> {
  const { session, request, seen } = run;
  const { signal, folder } = request;
  const { pollIntervalMs, idleRenewMs } = session.config;
  using lease = await session.pool.acquire({ signal, folder, patienceMs: pollIntervalMs });
  const { connection } = lease;
  // Another session, or another view of it, cannot know what came since: it has to be asked.
  if (seen?.connection !== connection || seen.selections !== connection.selections || !connection.selected) return 'displaced';
  if (seen.news !== connection.news) return 'news';
  const longestMs = run.unfilled > 0 ? Math.min(pollIntervalMs, FIRST_RETRY_MS * 2 ** run.unfilled) : idleRenewMs;
  // The lease is held as long as it waits: whoever needs the connection asks for it.
  return await waitForNews(session, lease, {
    waker,
    signal: signal ? AbortSignal.any([signal, session.pool.closed]) : session.pool.closed,
    longestMs,
  });
}

/** One sweep in batches. One that finds nothing is reported when somebody asked for it, or as a sign of life. */
async function* sweep(run: Run, reason: Reason): AsyncGenerator<ChangeBatch, void, undefined> {
  const { session, request } = run;
  const { folder, signal } = request;
  const options = { signal, folder, repeatable: true };
  const before = run.position;
  const found = await session.pool.use(async (connection) => {
    const trusted = reason === 'news' && connection === run.seen?.connection && connection.selections === run.seen.selections;
    const found = await look(session, connection, { folder, position: before, fresh: !trusted, signal });
    run.seen = { connection, selections: connection.selections, news: found.news };
    return found;
  }, options);
  const { uids } = found;
  const omitted: number[] = [];
  let from = 0;
  do {
    const batch = uids.slice(from, from + BATCH);
    const page = batch.length === 0 ? EMPTY : await session.pool.use((connection) => readBatch(connection, folder, found.position.uidValidity, batch, signal), options);
    from += batch.length;
    omitted.push(...page.omitted);
    run.position = positionWithin(before, found, from, omitted);
    const caughtUp = from >= uids.length;
    if (caughtUp) {
      run.sweptAt = found.sweptAt;
      run.unfilled = omitted.length > 0 ? run.unfilled + 1 : 0;
    }
    if (page.messages.length > 0 || (caughtUp && (reason === 'look' || isOverdue(run)))) yield batchOf(run, run.position, page.messages, caughtUp);
  } while (from < uids.length);
}

const EMPTY = { messages: [], omitted: [] } as const;

const isOverdue = ({ session, reportedAt }: Run): boolean => session.clock.now().getTime() - reportedAt >= session.config.idleRenewMs;

function batchOf(run: Run, position: Position, messages: readonly MessageSummary[], caughtUp: boolean): ChangeBatch {
  const { session, request, sweptAt } = run;
  run.reportedAt = session.clock.now().getTime();
  return {
    changes: messages.map((message) => ({ type: 'message-added', message })),
    cursor: writeCursor(session.refSpace, request.folder, position),
    sweptAt,
    caughtUp,
  };
}
