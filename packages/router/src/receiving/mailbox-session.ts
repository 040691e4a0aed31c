import { type Clock, type Folder, type FolderSelector, isMailError, type Logger, MailError, type MailTransport, type Receive } from '@signalbox/core';
import { abortable, type Bell, createBell, createLimiter, followAbort, type Limiter } from '@signalbox/kit';
import { isRouterError, RouterError, type Store } from '@signalbox/store';
import { waitAfter } from '../back-off.ts';
import type { MailboxConfig } from '../config/config.ts';
import { codeOf } from '../failure-code.ts';
import type { HeldLease, LeaseKeeper } from '../leases/keeper.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { SilenceError } from './alive.ts';
import type { Beginnings } from './beginnings.ts';
import { finishMoves, type OnReport, runEffects } from './effect-worker.ts';
import type { RouterEvent } from './events.ts';
import { readFolder, type ReaderNews } from './folder-reader.ts';
import { createIntake } from './intake.ts';
import { type FolderStatus, summarise } from './status.ts';
import { together } from './together.ts';

/** How receiving goes about its work. Times in milliseconds. */
export interface ReceivingSettings {
  /** A mailbox with more open deliveries is not read on until the consumer has caught up. */
  readonly mostOpen: number;
  /** How often a folder is listed to check the sweep. */
  readonly auditMs: number;
  /** A watch that says nothing for one and a half of these is opened anew. The contract's own five minutes by default. */
  readonly heartbeatMs?: number;
}

export interface SessionOptions {
  readonly mailbox: MailboxConfig;
  readonly store: Pick<Store, 'ledger' | 'deliveries' | 'effects'>;
  readonly keeper: LeaseKeeper;
  readonly open: (signal: AbortSignal) => Promise<MailTransport>;
  /** Closes what was opened, so that it is opened anew. */
  readonly discard: () => Promise<void>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly emit: (event: RouterEvent) => void;
  readonly onReport: OnReport;
  /** So many folders are audited at a time, over all mailboxes. */
  readonly audits: Limiter;
  /** So many are listed at first connect. */
  readonly listings: Limiter;
  readonly beginnings: Beginnings;
  /** Asked each time. */
  readonly settings: () => ReceivingSettings;
  readonly telemetry: Telemetry;
}

/** Receives for one mailbox, whatever happens, until the signal aborts. */
export interface MailboxSession {
  run(signal: AbortSignal): Promise<void>;
  readonly folders: readonly FolderStatus[];
  summary(): ReturnType<typeof summarise>;
  /** A delivery was acknowledged: there may be room for more. */
  acknowledged(): void;
  /** From now on nobody works on it, or somebody does again. */
  setPaused(paused: boolean): void;
  readonly paused: boolean;
  /** Something of what was journaled is due. */
  effectsDue(): void;
  /** What moves messages of the mailbox: nothing is taken in while it runs, and it has its turn among the rest. */
  inTurn(work: () => Promise<void>, signal?: AbortSignal): Promise<void>;
  /**
   * Reads on by this configuration. The lease stays, and with it every delivery that somebody has been handed. Resolves when nothing is done by the
   * configuration before any more.
   */
  reload(mailbox: MailboxConfig): Promise<void>;
  /** The lease, while it is held: for what is done in the mailbox beside reading. */
  readonly lease: HeldLease | undefined;
}

/** How often a lease that another router has is asked for. */
const ELSEWHERE_MS = 5_000;

export function createMailboxSession(options: SessionOptions): MailboxSession {
  const { clock, mailbox: { id } } = options;
  const states = new Map<string, FolderStatus>(startingStates(options.mailbox));
  let parts: SessionParts = { ...options, states, room: createBell(), effectBell: createBell(), turns: createLimiter(1) };
  const setAll = (state: FolderStatus['state']): void => {
    for (const [name, { completeUpTo }] of states) states.set(name, { folder: name, state, ...(completeUpTo && { completeUpTo }) });
  };
  let held: HeldLease | undefined;
  const resumed = createBell();
  let paused = false;
  let pausing = new AbortController();
  let reloading = new AbortController();
  let reading: Promise<unknown> | undefined;
  /** Until something ends it that is no other configuration, under one lease. One signal of all: thousands of mailboxes are read at a time. */
  const readUnder = async (lease: HeldLease, begun: () => void, stop: AbortSignal): Promise<void> => {
    await parts.store.deliveries.takeOver(lease);
    for (;;) {
      const { signal: reloaded } = reloading;
      using until = followAbort(stop, pausing.signal, lease.signal, reloaded);
      const work = receive(parts, { lease, begun }, until.signal);
      reading = work.catch(() => {}); // told below
      try {
        await work;
      } catch (error) {
        if (!reloaded.aborted || stop.aborted || pausing.signal.aborted || lease.signal.aborted) throw error;
      } finally {
        reading = undefined;
      }
    }
  };
  const untilPaused = (stop: AbortSignal): AbortSignal => AbortSignal.any([stop, pausing.signal]);
  const hold = async (stop: AbortSignal): Promise<void> => {
    if (paused) {
      setAll('paused');
      await abortable(resumed.next(stop), stop);
      return;
    }
    // Before the lease is asked for: thousands at once keep the process from everything else for so long that leases run out.
    const begun = await begin(options.beginnings, untilPaused(stop));
    try {
      await holdLease(begun, stop);
    } finally {
      begun();
    }
  };
  const holdLease = async (begun: () => void, stop: AbortSignal): Promise<void> => {
    const lease = await options.keeper.acquire(id, 'receive', { signal: untilPaused(stop) });
    if (!lease) {
      begun();
      setAll('elsewhere');
      await clock.sleep(ELSEWHERE_MS, untilPaused(stop));
      return;
    }
    await using _lease = lease;
    held = lease;
    try {
      await readUnder(lease, begun, stop);
    } finally {
      held = undefined;
    }
  };
  return {
    async run(signal) {
      for (let failures = 0; !signal.aborted; ) {
        const began = clock.now().getTime();
        try {
          await hold(signal);
        } catch (error) {
          if (signal.aborted) break;
          if (paused) continue;
          if (clock.now().getTime() - began > 60_000) failures = 0;
          if (!isRouterError(error) || error.code !== 'lease.lost') options.log.log('warn', 'receive.session-failed', { mailbox: id, code: codeOf(error) });
          await clock.sleep(waitAfter(error, failures), signal).catch(() => {}); // aborted
          failures += 1;
        }
      }
      setAll('stopped');
    },
    get folders() {
      return [...states.values()];
    },
    summary: () => summarise([...states.values()]),
    acknowledged: () => parts.room.ring(),
    effectsDue: () => parts.effectBell.ring(),
    get paused() {
      return paused;
    },
    setPaused(wanted) {
      if (wanted === paused) return;
      paused = wanted;
      if (paused) pausing.abort(new RouterError('lease.lost', `The mailbox "${id}" is paused.`));
      else pausing = new AbortController();
      resumed.ring();
    },
    async inTurn(work, signal) {
      using _turn = await parts.turns.acquire(signal);
      await work();
    },
    async reload(mailbox) {
      parts = { ...parts, mailbox };
      const before = reading;
      reloading.abort(new RouterError('lease.lost', `The configuration of the mailbox "${id}" has changed.`));
      reloading = new AbortController();
      await before;
      const known = new Map(states);
      states.clear();
      for (const [name, starting] of startingStates(mailbox)) states.set(name, known.get(name) ?? starting);
    },
    get lease() {
      return held;
    },
  };
}

const startingStates = ({ folders }: MailboxConfig): readonly (readonly [string, FolderStatus])[] => folders.map((selector) => [nameOf(selector), { folder: nameOf(selector), state: 'starting' }]);

interface SessionParts extends SessionOptions {
  readonly states: Map<string, FolderStatus>;
  readonly room: Bell;
  readonly effectBell: Bell;
  readonly turns: Limiter;
}

async function receive(parts: SessionParts, { lease, begun }: Omit<FolderWork, 'selector'>, signal: AbortSignal): Promise<void> {
  const { mailbox, store, open, log, effectBell, turns, telemetry } = parts;
  const folders = mailbox.folders.map((selector) => (until: AbortSignal) => keepFolder(parts, { lease, begun, selector }, until));
  const work = { lease, ...store, open, log, telemetry, onReport: parts.onReport, bell: effectBell, turns };
  await finishMoves(work, signal);
  const effects = (until: AbortSignal): Promise<void> => runEffects(work, until);
  await together(signal, effects, ...folders);
}

interface FolderWork {
  readonly lease: HeldLease;
  /** Gives the place among the beginnings back. */
  readonly begun: () => void;
  readonly selector: FolderSelector;
}

async function begin(beginnings: Beginnings, signal: AbortSignal): Promise<() => void> {
  let place: Disposable | undefined = await beginnings.enter(signal);
  return () => {
    place?.[Symbol.dispose]();
    place = undefined; // it is read for days from here
  };
}

/** Reads one folder again and again; what is broken about it stops no other. Ends with the lease. */
async function keepFolder(parts: SessionParts, work: FolderWork, signal: AbortSignal): Promise<void> {
  const { mailbox, clock, log, emit, discard, states, telemetry } = parts;
  const name = nameOf(work.selector);
  const progress = { failures: 0 };
  for (let { begun } = work; ; begun = await begin(parts.beginnings, signal)) {
    try {
      await readOnce(parts, { ...work, begun }, progress, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (isRouterError(error) && error.code === 'lease.lost') throw error;
      const known = isMailError(error) || isRouterError(error) ? error : unexplained(error);
      const wait = waitAfter(known, progress.failures);
      progress.failures += 1;
      const retryAt = new Date(clock.now().getTime() + wait);
      log.log('warn', 'receive.failed', { mailbox: mailbox.id, folder: name, retryInMs: wait, code: codeOf(error) });
      telemetry.failed(error, 'receive');
      states.set(name, { ...states.get(name), folder: name, state: 'retrying', error: known, retryAt });
      if (error instanceof SilenceError) emit({ type: 'mailbox-silent', mailbox: mailbox.id, folder: name, at: clock.now(), error });
      else emit({ type: 'mailbox-failed', mailbox: mailbox.id, folder: name, at: clock.now(), error: known, retryAt });
      if (error instanceof SilenceError) await discard();
      await clock.sleep(wait, signal);
    }
  }
}

async function readOnce(parts: SessionParts, { lease, begun, selector }: FolderWork, progress: { failures: number }, signal: AbortSignal): Promise<void> {
  const { mailbox, store: { ledger }, open, clock, log, audits, listings, turns, telemetry } = parts;
  const settings = parts.settings();
  try {
    const receive = requireReceive(mailbox, (await open(signal)).receive);
    const folder = await receive.findFolder(selector, { signal });
    const otherDoors = (await ledger.cursors(mailbox.id)).some(({ door }) => door !== receive.refSpace);
    const intake = createIntake({ ledger, holding: lease, receive, otherDoors, turns, clock, telemetry });
    const room = (until: AbortSignal): Promise<void> => waitForRoom(parts, until);
    const told = newsOf(parts, nameOf(selector), folder, progress);
    const news: ReaderNews = {
      ...told,
      swept(batch) {
        begun();
        told.swept(batch);
      },
    };
    await readFolder({ receive, folder, ledger, intake, holding: lease, backlog: mailbox.backlog, otherDoors, clock, log, news, room, audits, listings, auditMs: settings.auditMs, heartbeatMs: settings.heartbeatMs }, signal);
  } finally {
    begun();
  }
}

function newsOf({ mailbox: { id: mailbox }, clock, log, emit, states, telemetry }: SessionParts, name: string, folder: Folder, progress: { failures: number }): ReaderNews {
  const about = () => ({ mailbox, folder: name, at: clock.now() });
  return {
    swept({ sweptAt, caughtUp }) {
      progress.failures = 0;
      if (caughtUp && sweptAt.getTime() > 0) telemetry.metrics.sweep.record(Math.max(0, clock.now().getTime() - sweptAt.getTime()) / 1000);
      const before = states.get(name);
      // Before the first whole sweep of a run the transport promises nothing but the distant past.
      const completeUpTo = sweptAt.getTime() > 0 ? sweptAt : before?.completeUpTo;
      states.set(name, { folder: name, state: 'active', ...(completeUpTo && { completeUpTo }) });
      if (before?.state !== 'active') emit({ type: 'mailbox-active', ...about() });
    },
    recorded: (count) => emit({ type: 'deliveries-recorded', count, ...about() }),
    gap({ reason, since }) {
      const fields = { mailbox, folder: folder.id, reason, ...(since && { since }) };
      // Through another door everything is compared once, which is no failure.
      if (reason === 'cursor-lost') log.log('warn', 'receive.gap-found', { ...fields, code: 'cursor.expired' });
      else log.log('info', 'receive.gap-found', fields);
      emit({ type: 'gap-found', reason, ...(since && { since }), ...about() });
    },
    gapClosed({ delivered }) {
      log.log('info', 'receive.gap-closed', { mailbox, folder: folder.id, delivered });
      emit({ type: 'gap-closed', delivered, ...about() });
    },
    audited({ found }) {
      emit({ type: 'audit-finished', found, ...about() });
    },
  };
}

/** How often it is looked whether there is room, where nobody says so: deliveries may be acknowledged by another process. */
const ROOM_MS = 2_000;

async function waitForRoom({ mailbox, store, settings, clock, room }: SessionParts, signal: AbortSignal): Promise<void> {
  for (;;) {
    const counts = await store.deliveries.counts(mailbox.id);
    if ((counts.get(mailbox.id)?.open ?? 0) < settings().mostOpen) return;
    const over = new AbortController();
    const until = AbortSignal.any([signal, over.signal]);
    await Promise.race([room.next(until), clock.sleep(ROOM_MS, until)]).finally(() => over.abort());
    signal.throwIfAborted();
  }
}

function requireReceive({ id }: MailboxConfig, receive: Receive | undefined): Receive {
  if (!receive) throw new MailError('capability.unsupported', `The transport of the mailbox "${id}" cannot receive.`);
  return receive;
}

export const nameOf = (selector: FolderSelector): string => ('role' in selector ? selector.role : selector.path.join('/'));

const unexplained = (error: unknown): MailError =>
  new MailError('protocol.violation', 'A plugin failed in a way that it does not explain.', {
    cause: error,
    remedy: { who: 'plugin-author', action: 'report-bug', text: 'Report this to the author of the transport plugin.' },
  });

