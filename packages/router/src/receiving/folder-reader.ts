import { type Change, type ChangeBatch, type ChangesSince, type Clock, type Folder, isMailError, type Logger, MailError, type MessageSummary, type Receive } from '@signalbox/core';
import { abortable, abortableIterable, createBell, type Limiter } from '@signalbox/kit';
import type { CursorPlace, Holding, Ledger } from '@signalbox/store';
import type { Backlog } from '../config/config.ts';
import { watchSilence } from './alive.ts';
import { auditFolder } from './audit.ts';
import { isWanted } from './backlog.ts';
import type { Intake } from './intake.ts';
import { createListed, type Listed } from './listed.ts';
import { together } from './together.ts';

/** What a reader of a folder tells of itself. */
export interface ReaderNews {
  /** A batch is recorded. */
  swept(batch: { readonly sweptAt: Date; readonly caughtUp: boolean }): void;
  /** So many messages became deliveries, by whatever showed them. */
  recorded(count: number): void;
  /** The position was lost: everything is listed, and what is not known is delivered. `since`: when the last sweep before it began. */
  gap(gap: { readonly reason: GapReason; readonly since?: Date }): void;
  gapClosed(gap: { readonly delivered: number }): void;
  audited(audit: { readonly found: number }): void;
}

export type GapReason = 'cursor-lost' | 'another-door';

export interface ReaderContext {
  readonly receive: Receive;
  readonly folder: Folder;
  readonly ledger: Ledger;
  readonly intake: Intake;
  readonly holding: Holding;
  readonly backlog: Backlog;
  /** The mailbox was read through another door before: what is known is not delivered again, and there is no first connect. */
  readonly otherDoors: boolean;
  readonly clock: Clock;
  readonly log: Logger;
  readonly news: ReaderNews;
  /** Resolves when the consumer has caught up enough for more. */
  readonly room: (signal: AbortSignal) => Promise<void>;
  readonly audits: Limiter;
  readonly listings: Limiter;
  readonly heartbeatMs?: number | undefined;
  readonly auditMs: number;
}

/** Where reading starts, and what is still to be done of the first connect. */
interface Start {
  readonly since: ChangesSince;
  /**
   * `listing`: what was there at first connect is being noted in the background, and what is reported as new is new. `lost`: the position was
   * lost meanwhile, so that only the time of arrival tells what was there before.
   */
  readonly phase: 'steady' | 'listing' | 'lost';
  readonly gap?: GapReason;
  readonly lastSweep?: Date;
  readonly beganAt?: Date;
  /** Nothing was read here before: audits are counted from now. */
  readonly isNew?: boolean;
}

const LOST = 'lost';
/** A cursor without changes behind it is written so often. */
const SAVE_MS = 5 * 60_000;
/** Clocks differ, and mail may have been on its way. */
const SLACK_MS = 10 * 60_000;
/** A listing of a first connect that takes longer goes on beside the watch. */
const LISTING_MS = 10_000;

/** Reads a folder until the signal aborts. Throws what ends it. */
export async function readFolder(context: ReaderContext, signal: AbortSignal): Promise<void> {
  for (let start = await startOf(context); ; ) {
    try {
      await readFrom(context, start, signal);
      throw new MailError('connection.lost', 'The server ended the watch.');
    } catch (error) {
      if (signal.aborted || !isMailError(error) || error.retry !== 'restart' || start.since.kind === 'beginning') throw error;
      start = await afterLoss(context);
    }
  }
}

const placeOf = ({ receive, folder }: ReaderContext): CursorPlace => ({ door: receive.refSpace, folder: folder.id });

async function startOf(context: ReaderContext): Promise<Start> {
  const { ledger, holding: { mailbox }, backlog, otherDoors } = context;
  const [state, run] = [await ledger.cursor(mailbox, placeOf(context)), await ledger.run(mailbox, placeOf(context))];
  if (!state) {
    if (otherDoors) return { since: { kind: 'beginning' }, phase: 'steady', gap: 'another-door', isNew: true };
    return backlog.kind === 'everything' ? { since: { kind: 'beginning' }, phase: 'steady', isNew: true } : { since: { kind: 'now' }, phase: 'listing', isNew: true };
  }
  const unfinished = run?.state === 'running';
  return {
    since: { kind: 'cursor', cursor: state.cursor },
    phase: !unfinished ? 'steady' : run.position === LOST ? 'lost' : 'listing',
    ...(run && { beganAt: new Date(run.beganAt) }),
    lastSweep: new Date(state.sweptAt),
  };
}

async function afterLoss(context: ReaderContext): Promise<Start> {
  const { ledger, holding: { mailbox } } = context;
  const [state, run] = [await ledger.cursor(mailbox, placeOf(context)), await ledger.run(mailbox, placeOf(context))];
  return {
    since: { kind: 'beginning' },
    phase: run?.state === 'running' ? 'lost' : 'steady',
    gap: 'cursor-lost',
    ...(run && { beganAt: new Date(run.beganAt) }),
    ...(state && { lastSweep: new Date(state.sweptAt) }),
  };
}

async function readFrom(context: ReaderContext, start: Start, signal: AbortSignal): Promise<void> {
  const { clock, news } = context;
  const life = watchSilence(clock, context.heartbeatMs);
  const bell = createBell();
  const run: Run = { ...start, delivered: 0, listedAt: undefined, savedAt: 0 };
  if (start.gap) news.gap({ reason: start.gap, ...(start.lastSweep && { since: start.lastSweep }) });
  const wake = async function* (until: AbortSignal): AsyncGenerator<void> {
    for (;;) yield await bell.next(until);
  };
  // What comes between the listing and the position would be in neither: the position is taken first, and kept.
  const positioned = Promise.withResolvers<void>();
  if (start.since.kind === 'cursor') positioned.resolve();
  const listed = Promise.withResolvers<void>();
  const list = async (until: AbortSignal): Promise<void> => {
    await abortable(positioned.promise, until);
    await listBaseline(context, until);
    run.listedAt = clock.now();
    listed.resolve();
    bell.ring();
  };
  let isPatient = start.phase === 'listing';
  /** A listing that is over soon goes by the connection that watches afterwards: to have another for it would cost more than it takes. */
  const letList = async (until: AbortSignal): Promise<void> => {
    if (!isPatient) return;
    isPatient = false;
    const over = new AbortController();
    await abortable(Promise.race([listed.promise, clock.sleep(LISTING_MS, AbortSignal.any([until, over.signal]))]), until).finally(() => over.abort());
  };
  const read = async (until: AbortSignal): Promise<void> => {
    await context.room(until);
    life.waiting();
    for await (const batch of abortableIterable(context.receive.changes({ folder: context.folder.id, since: start.since, watch: true, wake: wake(until), signal: until }), until)) {
      life.heard();
      const delivered = await takeBatch(context, run, batch, until);
      positioned.resolve();
      await letList(until);
      if (delivered > 0) await context.room(until);
      life.waiting();
    }
    throw new MailError('connection.lost', 'The server ended the watch.');
  };
  await together(signal, read, (until) => life.watch(until), (until) => auditWhenDue(context, run, until), ...(start.phase === 'listing' ? [list] : []));
}

interface Run extends Start {
  phase: Start['phase'];
  gap?: GapReason;
  beganAt?: Date;
  delivered: number;
  /** When the listing of the baseline was over: what came later is not in it. */
  listedAt: Date | undefined;
  savedAt: number;
  /** What an audit has been shown that is under way. */
  listed?: Listed;
}

/** Answers how many deliveries came of it. */
async function takeBatch(context: ReaderContext, run: Run, batch: ChangeBatch, signal: AbortSignal): Promise<number> {
  const { intake, folder, clock, news } = context;
  const messages = batch.changes.flatMap((change) => (change.type === 'message-added' ? [change.message] : []));
  const removed = batch.changes.flatMap((change) => (change.type === 'message-removed' ? [change.ref] : []));
  const finishes = run.phase !== 'steady' && batch.caughtUp && (run.phase === 'lost' || (run.listedAt !== undefined && batch.sweptAt >= run.listedAt));
  const now = clock.now().getTime();
  const first = run.savedAt === 0;
  const begins = first && (run.phase === 'lost' || run.beganAt === undefined);
  const worthSaving = messages.length > 0 || removed.length > 0 || finishes || first || now - run.savedAt >= SAVE_MS;
  let delivered = 0;
  for (const { ref } of messages) run.listed?.add(ref.key);
  if (worthSaving) {
    const place = placeOf(context);
    const state = finishes ? 'finished' : 'running';
    const taken = await intake.take(
      {
        folder: folder.id,
        messages,
        removed,
        shown: { by: 'sweep', ...(batch.sweptAt.getTime() > 0 && { began: batch.sweptAt }) },
        ...(run.phase === 'listing' && { overBaseline: true }),
        ...(run.phase === 'lost' && { isWanted: wantedAfterLoss(context, run) }),
        progress: {
          cursor: { ...place, cursor: batch.cursor, sweptAt: batch.sweptAt.getTime(), state: 'delivering' },
          ...(first && run.isNew && { audited: place }),
          ...(run.phase !== 'steady' && (finishes || begins) && { run: { ...place, state, ...(run.phase === 'lost' && { position: LOST }) } }),
        },
      },
      { signal },
    );
    delivered = taken.delivered;
    run.savedAt = now;
    run.beganAt ??= new Date(now);
  }
  run.delivered += delivered;
  if (finishes) run.phase = 'steady';
  if (run.gap && batch.caughtUp) {
    news.gapClosed({ delivered: run.delivered });
    delete run.gap;
  }
  news.swept({ sweptAt: batch.sweptAt, caughtUp: batch.caughtUp });
  if (delivered > 0) news.recorded(delivered);
  return delivered;
}

/** The listing of what was there did not come to its end: what arrived before the first connect was there, the rest is new. */
const wantedAfterLoss =
  ({ backlog }: ReaderContext, { beganAt }: Run) =>
  (message: MessageSummary): boolean =>
    isWanted(backlog, message) || beganAt === undefined || message.receivedAt.getTime() >= beganAt.getTime() - SLACK_MS;

/** Goes through everything that the folder holds, in the background and in pages that are gone on from after a crash. */
async function listBaseline(context: ReaderContext, signal: AbortSignal): Promise<void> {
  const { receive, folder, intake, ledger, holding, backlog, room, news, listings } = context;
  const place = placeOf(context);
  const position = (await ledger.run(holding.mailbox, place))?.position;
  const list = async (since: ChangesSince): Promise<void> => {
    let turn = await listings.acquire(signal);
    try {
      for await (const batch of abortableIterable(receive.changes({ folder: folder.id, since, signal }), signal)) {
        const messages = batch.changes.filter((change): change is Extract<Change, { type: 'message-added' }> => change.type === 'message-added').map(({ message }) => message);
        const progress = { run: { ...place, state: 'running' as const, position: batch.cursor } };
        const { delivered } = await intake.take({ folder: folder.id, messages, shown: { by: 'listing' }, isWanted: (message) => isWanted(backlog, message), progress }, { signal });
        if (delivered === 0) continue;
        news.recorded(delivered);
        turn[Symbol.dispose](); // a consumer that is slow with this mailbox holds up no other
        await room(signal);
        turn = await listings.acquire(signal);
      }
    } finally {
      turn[Symbol.dispose]();
    }
  };
  await list(position === undefined ? { kind: 'beginning' } : { kind: 'cursor', cursor: position });
}

async function auditWhenDue(context: ReaderContext, run: Run, signal: AbortSignal): Promise<void> {
  const { clock, auditMs, ledger, holding, news, log } = context;
  const state = await ledger.cursor(holding.mailbox, placeOf(context));
  // Counted from what is written down: a reader that is started again more often than this would never come to it.
  let wait = state?.auditedAt === undefined ? auditMs : Math.max(0, state.auditedAt + auditMs - clock.now().getTime());
  // Mailboxes that were connected together are not audited together for ever.
  wait *= 1 - Math.random() / 10;
  for (;;) {
    await clock.sleep(wait, signal);
    wait = auditMs;
    if (run.phase !== 'steady' || run.gap) continue;
    run.listed = createListed();
    const { found, gone, unlisted } = await auditFolder(context, run.listed, signal).finally(() => delete run.listed);
    const about = { mailbox: holding.mailbox, folder: context.folder.id };
    if (found > 0) log.log('info', 'receive.audit-found', { ...about, found });
    if (gone > 0) log.log('info', 'receive.audit-gone', { ...about, gone });
    if (unlisted > 0) log.log('warn', 'receive.audit-not-whole', { ...about, unlisted, code: 'protocol.violation' });
    if (found > 0) news.recorded(found);
    news.audited({ found });
  }
}
