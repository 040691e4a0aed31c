import { isDeepStrictEqual } from 'node:util';
import { type Clock, isMailError, type MailError } from '@signalbox/core';
import type { DeployedRevision, RouterEvent, RouterUpdate } from '@signalbox/router';
import type { Store } from '@signalbox/store';
import type { Receiver } from '../callbacks/receiver.ts';
import { handOver, type HandOverEvent } from '../hand-over/hand-over.ts';
import type { Consumer } from '../hand-over/handed-delivery.ts';
import { deploymentsOf } from './deploying.ts';
import { openRouter } from './open-router.ts';
import { reportHealth } from './report-health.ts';
import type { Session } from './session.ts';

export type RunEvent =
  /** `isCalled`: servers can tell of new mail, as the section `notifications` says. */
  | { readonly kind: 'started'; readonly revision: DeployedRevision; readonly session: Session; readonly isCalled: boolean }
  /** A newer revision is in force: what is different about it, by mailbox. */
  | { readonly kind: 'updated'; readonly revision: DeployedRevision; readonly session: Session; readonly update: RouterUpdate }
  /** Servers cannot tell of new mail: it is found by looking. */
  | { readonly kind: 'not-called'; readonly error: unknown }
  /** A newer revision cannot be used; the one in force goes on. */
  | { readonly kind: 'revision-unusable'; readonly number: number; readonly error: unknown }
  | { readonly kind: 'router'; readonly event: RouterEvent }
  | { readonly kind: 'hand-over'; readonly event: HandOverEvent };

export interface RunRouterOptions {
  readonly store: Store;
  readonly clock: Clock;
  /** In force at the beginning. */
  readonly revision: DeployedRevision;
  /** The log of each leaves out the secrets of all that are open: the one that was opened first stays the router's. */
  readonly open: (revision: DeployedRevision) => Promise<Session>;
  readonly consumerFor: (revision: DeployedRevision) => Promise<Consumer>;
  readonly atOnce: number;
  readonly visibilityMs: number;
  readonly node: string;
  /** Takes JSON's place for an error, without secrets. */
  readonly describeError: (error: unknown) => unknown;
  readonly signal: AbortSignal;
  readonly emit: (event: RunEvent) => void;
}

/** How soon a newer revision is seen. */
const LOOK_MS = 2_000;

/**
 * Runs until the signal aborts, then lets what is in the consumer's hands come to its end. A newer revision takes over as soon as it is deployed,
 * mailbox by mailbox; only where servers shall call somewhere else is the router made anew.
 */
export async function runRouter(options: RunRouterOptions): Promise<void> {
  const { open, signal } = options;
  let next: Generation | undefined = { revision: options.revision, session: await open(options.revision) };
  while (next && !signal.aborted) next = await runGeneration(next, options);
  await next?.session[Symbol.asyncDispose]();
}

interface Generation {
  readonly revision: DeployedRevision;
  readonly session: Session;
}

/** Answers what follows it. */
async function runGeneration({ revision, session }: Generation, options: RunRouterOptions): Promise<Generation | undefined> {
  const { store, clock, consumerFor, atOnce, node, visibilityMs, describeError, signal, emit } = options;
  // Closed last: its secrets are left out of whatever is told at the end.
  await using inForce = keepLatest();
  await using _session = session;
  let consumer = await consumerFor(revision);
  await using calls = await receiveCalls(session, emit);
  await using router = await openRouter(session, { store, node, visibilityMs, ...(calls && { calls }) });
  const over = new AbortController();
  const drain = AbortSignal.any([signal, over.signal]);
  emit({ kind: 'started', revision, session, isCalled: calls !== undefined });
  const handing = handOver({
    deliveries: router.deliveries({ concurrency: atOnce, signal: drain }),
    consumer: { take: (...given) => consumer.take(...given), acknowledged: async (delivery) => consumer.acknowledged?.(delivery) },
    atOnce,
    clock,
    drain,
    emit: (event: HandOverEvent) => emit({ kind: 'hand-over', event }),
  });
  const beside = [
    tellEvents(router.events({ signal: drain }), emit),
    reportHealth({ router, store, clock, describeError, signal: drain }),
  ];
  try {
    const takeOver = async (next: Generation): Promise<void> => {
      const nextConsumer = await consumerFor(next.revision); // it may fail, and nothing has changed yet
      const update = await router.update(next.session.config);
      consumer = nextConsumer;
      await inForce.replace(next.session);
      emit({ kind: 'updated', ...next, update });
    };
    return await Promise.race([nextGeneration({ revision, session }, options, takeOver, drain), handing.then(() => undefined)]);
  } finally {
    over.abort();
    await handing;
    await Promise.all(beside);
  }
}

/** What was taken over is kept open for the sake of its secrets, until the next one is. */
function keepLatest(): AsyncDisposable & { replace(session: AsyncDisposable): Promise<void> } {
  let latest: AsyncDisposable | undefined;
  return {
    async replace(session) {
      const before = latest;
      latest = session;
      await before?.[Symbol.asyncDispose]();
    },
    async [Symbol.asyncDispose]() {
      await latest?.[Symbol.asyncDispose]();
    },
  };
}

/** One generation after the other, as they may listen at the same port. What a server tells is a hint, and no reason not to run. */
async function receiveCalls({ config, log }: Session, emit: RunRouterOptions['emit']): Promise<Receiver | undefined> {
  if (!config.notifications) return undefined;
  const { openConfiguredReceiver } = await import('../callbacks/open-configured.ts');
  try {
    return await openConfiguredReceiver(config, log);
  } catch (error) {
    emit({ kind: 'not-called', error });
    return undefined;
  }
}

async function tellEvents(events: AsyncIterable<RouterEvent>, emit: RunRouterOptions['emit']): Promise<void> {
  for await (const event of events) emit({ kind: 'router', event });
}

/**
 * Has newer revisions taken over until one comes that nothing running can take over. One that the store had no time for is tried again at the next
 * look. `undefined` when the signal aborts first.
 */
async function nextGeneration(first: Generation, { store, clock, open, emit }: RunRouterOptions, takeOver: (next: Generation) => Promise<void>, signal: AbortSignal): Promise<Generation | undefined> {
  let seen = first.revision.number;
  while (!signal.aborted) {
    await clock.sleep(LOOK_MS, signal).catch(() => {}); // aborted
    const latest = await store.revisions.current().catch(() => undefined); // the store is busy or away: looked at again
    if (signal.aborted || !latest || latest.number === seen) continue;
    try {
      const revision = await deploymentsOf(store).current();
      if (!revision) continue;
      await using unused = new AsyncDisposableStack();
      const session = unused.use(await open(revision));
      if (!isDeepStrictEqual(session.config.notifications, first.session.config.notifications)) {
        unused.move();
        return { revision, session };
      }
      await takeOver({ revision, session });
      unused.move();
      seen = latest.number;
    } catch (error) {
      if (isPassing(error)) {
        first.session.log.log('info', 'run.revision-postponed', { revision: latest.number, code: error.code });
        continue;
      }
      seen = latest.number;
      emit({ kind: 'revision-unusable', number: latest.number, error });
    }
  }
  return undefined;
}

/** The store is busy or away, and nothing was taken over: what is wrong with a configuration does not pass by itself. */
const isPassing = (error: unknown): error is MailError => isMailError(error) && (error.retry === 'safe' || error.retry === 'unknown-outcome');
