import { anySignal, type Bell, bellOf, followAbort } from '@signalbox/kit';
import type { Change, ChangeBatch, ChangesRequest } from '@signalbox/core';
import { type Nudge, subscribe } from '../notify/subscribe.ts';
import { enter, type Session } from '../session.ts';
import { type Position, readCursor, type Silence, writeCursor } from './cursor.ts';
import { beginSilence, type DeltaPage, readPage, requestPage } from './sweep.ts';

/** One run of `changes`. */
interface Run {
  readonly session: Session;
  readonly request: ChangesRequest;
  /** Absent until the first page of a run from the beginning, or from now. */
  position: Position | undefined;
  /** For the first page of a run from now; then it is in the position. */
  silence: Silence | undefined;
  readonly nudge: Nudge | undefined;
  /** Ids of subscriptions that are perhaps left behind, where nobody sees to them. */
  readonly left: readonly string[];
  /** When the last finished sweep began; before the first one nothing can be promised but the distant past. */
  sweptAt: Date;
}

/** Sweeps by delta. Between pages nothing is held, and every page has its cursor. */
export async function* readChanges(session: Session, request: ChangesRequest): AsyncGenerator<ChangeBatch, void, undefined> {
  enter(session, request);
  const position = request.since.kind === 'cursor' ? readCursor(session.refSpace, request.folder, request.since.cursor) : undefined;
  const left = position?.subscriptions ?? [];
  const stop = new AbortController();
  const waker = bellOf(request.wake, stop.signal);
  const { callbacks } = session;
  using nudge = request.watch && callbacks ? subscribe(session, callbacks, { folder: request.folder, left }) : undefined;
  const run: Run = { session, request, nudge, left, position, silence: undefined, sweptAt: new Date(0) };
  try {
    if (request.since.kind === 'now') run.silence = await beginSilence(session, request.folder, request.signal);
    yield* sweep(run);
    while (request.watch) {
      await waitFor(run, waker);
      yield* sweep(run);
    }
  } catch (error) {
    // Disposal ends an iteration; the last cursor handed out tells where.
    if (session.client.closed.aborted && !request.signal?.aborted) return;
    throw error;
  } finally {
    stop.abort();
  }
}

/**
 * Every page is a batch: while a large folder is gone through, those without changes are its signs of life, and where to go on after a crash.
 * While the consumer works on one page, the next is on its way.
 */
async function* sweep(run: Run): AsyncGenerator<ChangeBatch, void, undefined> {
  const { session, request, nudge } = run;
  const { folder } = request;
  const sweptAt = run.position?.begun ?? session.clock.now();
  const over = new AbortController();
  const ask = (position: Position | undefined): Promise<DeltaPage> => {
    enter(session, request);
    const asked = requestPage(session, folder, { position, silence: run.silence, signal: anySignal(request.signal, over.signal) });
    asked.catch(() => {}); // told when its turn comes
    return asked;
  };
  try {
    for (let asked: Promise<DeltaPage> | undefined = ask(run.position); asked; ) {
      const page = await readPage(session, folder, await asked, { position: run.position, silence: run.silence, signal: request.signal });
      run.position = page.complete ? page.position : { ...page.position, begun: sweptAt };
      run.silence = undefined;
      asked = page.complete ? undefined : ask(run.position);
      if (page.complete) run.sweptAt = sweptAt;
      await nudge?.settled(request.signal);
      // Before the next page is read: what is known then is more than this batch has told.
      yield batchOf(run, run.position, page.changes, page.complete);
      enter(session, request);
    }
  } finally {
    over.abort();
  }
}

function batchOf({ session, request, sweptAt, nudge, left }: Run, position: Position, changes: readonly Change[], caughtUp: boolean): ChangeBatch {
  return { changes, cursor: writeCursor(session.refSpace, request.folder, { ...position, subscriptions: nudge?.subscriptions ?? left }), sweptAt, caughtUp };
}

/** Until somebody says that there is something, or it is time to look. */
async function waitFor({ session, request, nudge }: Run, waker: Bell): Promise<void> {
  using over = followAbort(session.client.closed, ...(request.signal ? [request.signal] : []));
  const { signal } = over;
  try {
    await Promise.race([waker.next(signal), ...(nudge ? [nudge.next(signal)] : []), session.clock.sleep(session.config.pollIntervalMs, signal)]);
  } finally {
    over.abort();
  }
}
