import { SpanKind } from '@opentelemetry/api';
import { type Bell, createBell, type Limiter, type Place } from '@signalbox/kit';
import type { OutboxClaim } from '@signalbox/store';
import { codeOf } from '../failure-code.ts';
import type { HeldLease } from '../leases/keeper.ts';
import type { SpanName } from '../telemetry/names.ts';
import { messaging } from '../telemetry/telemetry.ts';
import { attempt, type Work } from './attempt.ts';
import type { SendingContext } from './context.ts';
import { fileCopy } from './file-copy.ts';
import { look } from './look.ts';
import type { Pauses } from './pauses.ts';
import { either } from './waiting.ts';

/** One worker for each mailbox that has something to send, for as long as it has: it holds the lease and gives each mail a place among all. */
export interface Workers {
  /** Lets the mailbox be worked on, unless it is. */
  wake(mailbox: string, signal: AbortSignal): void;
  /** Only where it is worked on already. */
  nudge(mailbox: string): void;
  /** Lets what is under way in these mailboxes come to its end, at most as long as `stop` does; nothing begins in them until it is disposed. */
  halt(mailboxes: readonly string[]): Promise<Disposable>;
  /** Waits for what is under way, then ends it where it is. */
  stop(): Promise<void>;
}

/** Longer than any task: nobody else takes a claim while the lease is held. */
const MARGIN_MS = 10 * 60_000;
/** Somebody else has the lease: they may let go of it, or die. */
const TAKEN_MS = 1000;

const TASKS = { send: ['attempt', attempt], look: ['look', look], file: ['file-copy', fileCopy] } as const satisfies Record<OutboxClaim['task'], readonly [SpanName, (work: Work, claim: OutboxClaim) => Promise<void>]>;

interface Running {
  readonly bell: Bell;
  /** Nothing more is begun. */
  readonly leaving: AbortController;
  /** What has begun ends where it is. */
  readonly ending: AbortController;
  readonly done: Promise<void>;
}

export function createWorkers(context: SendingContext, pauses: Pauses, total: () => Limiter, onEnd: () => void): Workers {
  const { leases, outbox, connections, host } = context;
  const running = new Map<string, Running>();
  const halted = new Set<string>();
  const takenUntil = new Map<string, number>();
  const now = (): number => host.clock.now().getTime();
  const mostOf = (mailbox: string): number => connections.mailboxes.find((each) => each.mailbox.id === mailbox)?.mailbox.concurrency ?? context.settings.concurrency;

  const perform = async (work: Work, claim: OutboxClaim): Promise<void> => {
    const { id, mailbox, attempt: number, trace } = claim.entry;
    const [name, carryOut] = TASKS[claim.task];
    const facts = { ...(claim.task === 'send' ? messaging(name, 'send', mailbox, id) : { 'signalbox.mailbox': mailbox, 'messaging.message.id': id }), 'signalbox.outbox.attempt': number };
    await context.telemetry.span(name, { kind: SpanKind.CLIENT, from: trace, facts }, () => carryOut(work, claim));
  };

  /** As many places as there is room for, at least one: it waits for that one, so that each mailbox has its turn. */
  const places = async (most: number, signal: AbortSignal): Promise<Place[]> => {
    const limiter = total();
    const taken = [await limiter.acquire(signal)];
    for (let place = limiter.tryAcquire(); place; place = limiter.tryAcquire()) {
      taken.push(place);
      if (taken.length >= most) break;
    }
    return taken;
  };

  const work = async (mailbox: string, lease: HeldLease, { bell, ending }: Pick<Running, 'bell' | 'ending'>, signal: AbortSignal): Promise<void> => {
    const tasks = new Set<Promise<void>>();
    const failed = new AbortController();
    const until = AbortSignal.any([signal, lease.signal, failed.signal]);
    const start = (claim: OutboxClaim, place: Place): void => {
      const task = perform({ context, lease, pauses, signal: ending.signal }, claim)
        .catch((error: unknown) => {
          host.log.log('error', 'sending.task-failed', { mailbox, entry: claim.entry.id, task: claim.task, code: codeOf(error) });
          failed.abort(); // the lease is given back, and what is open then is found out by whoever takes it next
        })
        .finally(() => {
          place[Symbol.dispose]();
          tasks.delete(task);
          bell.ring();
        });
      tasks.add(task);
    };
    try {
      while (!until.aborted) {
        const room = Math.max(0, pauses.room(mailbox, mostOf(mailbox)) - tasks.size);
        const free = room > 0 ? await places(room, until) : [];
        const claims = free.length > 0 ? await claimFor(lease, free) : [];
        for (const claim of claims) start(claim, free.shift() as Place);
        for (const place of free) place[Symbol.dispose]();
        if (claims.length > 0) continue;
        if (tasks.size === 0 && (room === 0 || !(await isWoken(bell, until)))) break;
        if (tasks.size > 0) await either((ended) => bell.next(ended), (ended) => host.clock.sleep(context.settings.idleMs, ended), until);
      }
    } finally {
      await Promise.all(tasks);
    }
  };

  const claimFor = async (lease: HeldLease, free: Place[]): Promise<readonly OutboxClaim[]> => {
    try {
      return await outbox.claim(lease, { limit: free.length, visibilityMs: context.settings.attemptMs + MARGIN_MS });
    } catch (error) {
      for (const place of free.splice(0)) place[Symbol.dispose]();
      throw error;
    }
  };

  /** Keeps the lease for a while after the last mail: the next one comes soon, often enough. */
  const isWoken = async (bell: Bell, until: AbortSignal): Promise<boolean> => {
    let woken = false;
    await either(async (signal) => bell.next(signal).then(() => void (woken = true)), (signal) => host.clock.sleep(context.settings.idleMs, signal), until);
    return woken;
  };

  const serve = async (mailbox: string, task: Pick<Running, 'bell' | 'ending'>, signal: AbortSignal): Promise<void> => {
    try {
      await using lease = await leases.acquire(mailbox, 'send', { signal });
      if (!lease) return void takenUntil.set(mailbox, now() + TAKEN_MS);
      const left = await outbox.recover(lease);
      if (left > 0) host.log.log('warn', 'sending.recovered', { mailbox, count: left, code: 'lease.lost' });
      await work(mailbox, lease, task, signal);
    } catch (error) {
      if (!signal.aborted) host.log.log('warn', 'sending.interrupted', { mailbox, code: codeOf(error) });
      takenUntil.set(mailbox, now() + TAKEN_MS);
    }
  };

  const end = async (workers: readonly Running[]): Promise<void> => {
    for (const { leaving } of workers) leaving.abort();
    const all = Promise.all(workers.map(({ done }) => done));
    const done = new AbortController();
    await Promise.race([all, host.clock.sleep(context.settings.stopMs, done.signal).catch(() => {})]);
    done.abort();
    for (const { ending } of workers) ending.abort();
    await all;
  };

  return {
    nudge: (mailbox) => running.get(mailbox)?.bell.ring(),
    wake(mailbox, signal) {
      const known = running.get(mailbox);
      if (known) return known.bell.ring();
      if (halted.has(mailbox) || pauses.leftMs(mailbox) > 0 || (takenUntil.get(mailbox) ?? 0) > now()) return;
      const [bell, leaving, ending] = [createBell(), new AbortController(), new AbortController()];
      const done = serve(mailbox, { bell, ending }, AbortSignal.any([signal, leaving.signal])).finally(() => {
        running.delete(mailbox);
        onEnd();
      });
      running.set(mailbox, { bell, leaving, ending, done });
    },
    async halt(mailboxes) {
      for (const mailbox of mailboxes) halted.add(mailbox);
      await end(mailboxes.flatMap((mailbox) => running.get(mailbox) ?? []));
      return {
        [Symbol.dispose]() {
          for (const mailbox of mailboxes) {
            halted.delete(mailbox);
            takenUntil.delete(mailbox); // it was not somebody else who had it
          }
          onEnd();
        },
      };
    },
    stop: () => end([...running.values()]),
  };
}
