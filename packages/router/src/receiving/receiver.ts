import { type ByteSource, type CallOptions, type Clock, type FolderSelector, type KeywordPatch, type Logger } from '@signalbox/core';
import { createLimiter } from '@signalbox/kit';
import { type Delivery as DeliveryRow, RouterError, type Store } from '@signalbox/store';
import type { Connections } from '../connections/connections.ts';
import { codeOf } from '../failure-code.ts';
import type { LeaseKeeper } from '../leases/keeper.ts';
import type { MailboxRoutes } from '../routing/route.ts';
import { observeReceiving } from '../telemetry/gauges.ts';
import { createTelemetry, type Telemetry } from '../telemetry/telemetry.ts';
import { countBacklog } from './backlog.ts';
import { createBeginnings } from './beginnings.ts';
import { createMessageActions, type Delivery, toDelivery } from './delivery.ts';
import { effectOf } from './effect-kinds.ts';
import type { OnReport } from './effect-worker.ts';
import { createEventHub, type RouterEvent } from './events.ts';
import { type ConsumeOptions, createDeliveryHub, type HubSettings } from './hub.ts';
import { createMailboxSession, type MailboxSession, nameOf, type ReceivingSettings } from './mailbox-session.ts';
import { noteMove } from './note-move.ts';
import type { ReceivingStatus } from './status.ts';

/** Receives for all mailboxes that have a way to. Disposal ends the sessions and gives the leases back; it is idempotent. */
export interface Receiver extends AsyncDisposable {
  /** Until the signal aborts or the router closes. Whoever breaks off gives back what it was not shown yet. */
  deliveries(options?: ConsumeOptions): AsyncIterableIterator<Delivery>;
  events(options?: CallOptions): AsyncIterableIterator<RouterEvent>;
  /** Tells those who listen to events of one that did not come from here. */
  emit(event: RouterEvent): void;
  /** Throws `delivery.not-found`. */
  find(deliveryId: string): Promise<DeliveryRow>;
  /** Reads the message of a delivery where it lies now. Throws `message.not-found`. */
  raw(delivery: DeliveryRow, options?: CallOptions): Promise<ByteSource>;
  status(): Promise<readonly ReceivingStatus[]>;
  /** Throws `delivery.not-found`. */
  ack(deliveryId: string): Promise<void>;
  replay(deliveryId: string): Promise<void>;
  mark(deliveryId: string, patch: KeywordPatch, options?: CallOptions): Promise<void>;
  move(deliveryId: string, to: FolderSelector, options?: CallOptions): Promise<void>;
  /** Unread messages of the mailbox's folders. */
  unread(mailboxId: string, options?: CallOptions): Promise<number>;
  /** What a first connect of the mailbox would deliver, by folder. Changes nothing. */
  backlog(mailboxId: string, options?: CallOptions): Promise<readonly BacklogCount[]>;
  /**
   * Goes by the routes that the connections have by now. Mailboxes that are new begin, those that are gone end, and `changed` ones read on by their
   * new configuration; the others notice nothing. Resolves when nothing is done by the routes before any more.
   */
  update(options: ReceiverUpdate): Promise<void>;
}

export interface ReceiverUpdate {
  /** Mailboxes that were known before and whose way to receive is another now. */
  readonly changed: ReadonlySet<string>;
  readonly settings: NonNullable<ReceiverOptions['settings']>;
}

export interface BacklogCount {
  readonly folder: string;
  readonly count: number;
  /** It was connected already: nothing of it will be delivered any more. */
  readonly connected: boolean;
}

export interface ReceiverOptions {
  readonly connections: Connections;
  readonly store: Pick<Store, 'ledger' | 'deliveries' | 'effects' | 'mailboxes'>;
  readonly keeper: LeaseKeeper;
  readonly clock: Clock;
  readonly log: Logger;
  readonly settings?: Partial<ReceivingSettings & HubSettings>;
  readonly onReport?: OnReport;
}

const DEFAULTS: ReceivingSettings & HubSettings = { mostOpen: 1_000, auditMs: 3_600_000, visibilityMs: 5 * 60_000, maxAttempts: 20, concurrency: 32 };
/** So many mailboxes are listed at the same time to check their sweeps. */
const AUDITS = 4;
/** So many to note what they hold at first connect. Each has a page in memory, and more at once take longer altogether. */
const LISTINGS = 8;
/** So many begin to be read at the same time. */
const BEGINNINGS = 50;
const EFFECTS_MS = 5_000;
const PAUSES_MS = 2_000;

export function createReceiver(options: ReceiverOptions): Receiver {
  const { connections, store, clock, log } = options;
  let settings = { ...DEFAULTS, ...options.settings };
  const telemetry = createTelemetry();
  const events = createEventHub<RouterEvent>();
  const stop = new AbortController();
  let routed = routedOf(connections);
  const sessions = createSessions({ ...options, settings: () => settings, emit, telemetry });
  sessions.start([...routed.values()]);
  const hub = createDeliveryHub({
    deliveries: store.deliveries,
    clock,
    log,
    settings: () => settings,
    telemetry,
    mailboxes: () => heldOf(sessions.byMailbox),
    effectOf: (mailbox) => effectOf(routed.get(mailbox)?.mailbox.onAck ?? { do: 'nothing' }),
    onClosed(mailboxes) {
      for (const id of mailboxes) {
        sessions.byMailbox.get(id)?.acknowledged();
        if (routed.get(id)?.mailbox.onAck.do !== 'nothing') sessions.byMailbox.get(id)?.effectsDue();
      }
    },
  });
  function emit(event: RouterEvent): void {
    events.emit(event);
    // What is left from before can be handed over as soon as the mailbox is held.
    if (event.type === 'deliveries-recorded' || event.type === 'mailbox-active') hub.ring();
  }
  const openAt = (mailbox: string, call?: CallOptions) => connections.open(mailbox, 'receive', call);
  const actions = createMessageActions({
    telemetry,
    traceOf: (id) => hub.traceOf(id),
    deliveries: store.deliveries,
    open: openAt,
    async inTurn(mailbox, work, call) {
      const session = sessions.byMailbox.get(mailbox);
      await (session ? session.inTurn(work, call?.signal) : work());
    },
    async moved(move, { receive }, mailbox, call) {
      const holding = sessions.byMailbox.get(mailbox)?.lease;
      if (holding && receive) await noteMove({ ledger: store.ledger, holding, receive }, move, call);
    },
  });
  const nack = async (row: DeliveryRow, { delayMs, error, uncounted }: { readonly delayMs: number; readonly error?: string; readonly uncounted: boolean }): Promise<void> => {
    const state = await hub.nack(row, row.receipt ?? '', { delayMs, error, uncounted });
    if (state === 'dead') emit({ type: 'delivery-dead', mailbox: row.mailbox, delivery: row.id, at: clock.now() });
  };
  const find = async (id: string): Promise<DeliveryRow> => {
    const row = await store.deliveries.get(id);
    if (!row) throw new RouterError('delivery.not-found', `There is no delivery ${id}.`);
    return row;
  };
  const looking = Promise.all([lookForEffects, lookForPauses].map((look) => look(options, sessions.byMailbox, stop.signal)));
  const status = async (): Promise<readonly ReceivingStatus[]> => {
    const counts = await store.deliveries.counts();
    return [...routed.values()].map((entry) => statusOf(entry, sessions.byMailbox.get(entry.mailbox.id), counts));
  };
  const gauges = observeReceiving({ metrics: telemetry.metrics, clock, status });
  let closing: Promise<void> | undefined;
  return {
    async *deliveries(consuming = {}) {
      for await (const row of hub.consume(consuming)) yield toDelivery(row, { actions, clock, ack: (answered) => hub.ack(answered), nack, traceOf: ({ id, trace }) => hub.traceOf(id) ?? trace, extend: ({ id, receipt = '' }, ms) => hub.extend(id, receipt, ms) });
    },
    events: (call) => events.subscribe(call?.signal),
    emit,
    find,
    raw: (row, call) => actions.raw(row, call),
    status,
    async ack(id) {
      await hub.ack(await find(id));
    },
    async replay(id) {
      await store.deliveries.replay(id);
      hub.ring();
    },
    mark: async (id, patch, call) => actions.mark(await find(id), patch, call),
    move: async (id, to, call) => actions.move(await find(id), to, call),
    async unread(id, call) {
      const { receive } = await openAt(id, call);
      let count = 0;
      for (const selector of routed.get(id)?.mailbox.folders ?? []) if (receive) count += await receive.unread((await receive.findFolder(selector, call)).id, call);
      return count;
    },
    async backlog(id, call) {
      const [{ receive }, entry] = [await openAt(id, call), routed.get(id)];
      const counts: BacklogCount[] = [];
      for (const selector of entry?.mailbox.folders ?? []) {
        if (!receive || !entry) continue;
        const folder = await receive.findFolder(selector, call);
        const connected = (await store.ledger.cursor(id, { door: receive.refSpace, folder: folder.id })) !== undefined;
        counts.push({ folder: nameOf(selector), connected, count: connected ? 0 : await countBacklog(receive, folder.id, entry.mailbox.backlog, call) });
      }
      return counts;
    },
    async update({ changed, settings: given }) {
      settings = { ...DEFAULTS, ...given };
      routed = routedOf(connections);
      const isReceiving = (id: string): boolean => routed.get(id)?.receive !== undefined;
      const known = [...sessions.byMailbox.keys()];
      await Promise.all([
        ...known.filter((id) => !isReceiving(id)).map((id) => sessions.end(id)),
        ...known.filter((id) => isReceiving(id) && changed.has(id)).map(async (id) => sessions.byMailbox.get(id)?.reload(routed.get(id)!.mailbox)),
      ]);
      sessions.start([...routed.values()].filter(({ mailbox: { id } }) => !sessions.byMailbox.has(id)));
      hub.ring();
    },
    [Symbol.asyncDispose]() {
      closing ??= (async () => {
        stop.abort();
        gauges[Symbol.dispose]();
        hub.close();
        await Promise.all([sessions.endAll(), looking]);
        events.close();
      })();
      return closing;
    },
  };
}

const routedOf = ({ mailboxes }: Connections): ReadonlyMap<string, MailboxRoutes> => new Map(mailboxes.filter(({ wanted }) => wanted.includes('receive')).map((entry) => [entry.mailbox.id, entry]));

interface Sessions {
  readonly byMailbox: ReadonlyMap<string, MailboxSession>;
  /** A mailbox without a route gets no session; its status says why, and the others work. */
  start(mailboxes: readonly MailboxRoutes[]): void;
  /** Resolves when the lease has been given back. */
  end(mailboxId: string): Promise<void>;
  endAll(): Promise<unknown>;
}

interface StartOptions extends Omit<ReceiverOptions, 'settings'> {
  readonly settings: () => ReceivingSettings & HubSettings;
  readonly emit: (event: RouterEvent) => void;
  readonly telemetry: Telemetry;
}

function createSessions({ connections, store, keeper, clock, log, settings, emit, telemetry, onReport = async () => {} }: StartOptions): Sessions {
  const [audits, listings, beginnings] = [createLimiter(AUDITS), createLimiter(LISTINGS), createBeginnings(BEGINNINGS, clock)];
  const byMailbox = new Map<string, MailboxSession>();
  const running = new Map<string, { readonly over: AbortController; readonly done: Promise<void> }>();
  const sessionOf = ({ mailbox }: MailboxRoutes): MailboxSession =>
    createMailboxSession({
      mailbox,
      store,
      keeper,
      clock,
      log,
      emit,
      onReport,
      audits,
      listings,
      beginnings,
      settings,
      telemetry,
      open: (signal) => connections.open(mailbox.id, 'receive', { signal }),
      discard: () => connections.discard(mailbox.id, 'receive'),
    });
  return {
    byMailbox,
    start(mailboxes) {
      const begun = new Map(mailboxes.filter(({ receive }) => receive).map((entry) => [entry.mailbox.id as string, sessionOf(entry)]));
      if (begun.size === 0) return;
      // Not before it is known which of them nobody shall work on.
      const paused = lookAtPauses(store, begun).catch(() => {}); // looked at again soon
      for (const [id, session] of begun) {
        const over = new AbortController();
        byMailbox.set(id, session);
        running.set(id, { over, done: paused.then(() => session.run(over.signal)) });
      }
    },
    async end(id) {
      const { over, done } = running.get(id) ?? {};
      over?.abort();
      await done;
      byMailbox.delete(id);
      running.delete(id);
    },
    endAll() {
      for (const { over } of running.values()) over.abort();
      return Promise.all([...running.values()].map(({ done }) => done));
    },
  };
}

async function lookAtPauses({ mailboxes }: ReceiverOptions['store'], sessions: Sessions['byMailbox']): Promise<void> {
  const inactive = new Set(await mailboxes.inactive());
  for (const [id, session] of sessions) {
    if (inactive.has(id)) session.setPaused(true);
    // One that is gone by now stays paused.
    else if (session.paused && (await mailboxes.get(id))?.state === 'active') session.setPaused(false);
  }
}

/** Commands pause and remove mailboxes beside a running router. */
async function lookForPauses({ store, clock, log }: ReceiverOptions, sessions: Sessions['byMailbox'], signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await clock.sleep(PAUSES_MS, signal);
      await lookAtPauses(store, sessions);
    } catch (error) {
      if (!signal.aborted) log.log('warn', 'mailboxes.not-looked-at', { code: codeOf(error) });
    }
  }
}

/** One question for all mailboxes: what was postponed, or acknowledged by another process, is due somewhen. */
async function lookForEffects({ store, clock, log }: ReceiverOptions, sessions: Sessions['byMailbox'], signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await clock.sleep(EFFECTS_MS, signal);
      for (const id of await store.effects.due()) sessions.get(id)?.effectsDue();
    } catch (error) {
      if (!signal.aborted) log.log('warn', 'effects.not-looked-for', { code: codeOf(error) });
    }
  }
}

function heldOf(sessions: ReadonlyMap<string, MailboxSession>): readonly string[] | 'all' {
  const held = [...sessions].filter(([, { lease }]) => lease).map(([id]) => id);
  return held.length === sessions.size ? 'all' : held;
}

type Counts = Awaited<ReturnType<Store['deliveries']['counts']>>;

function statusOf({ mailbox: { id } }: MailboxRoutes, session: MailboxSession | undefined, counts: Counts): ReceivingStatus {
  const { open = 0, dead = 0, oldest } = counts.get(id) ?? {};
  return {
    mailbox: id,
    ...(session ? session.summary() : { state: 'broken' as const }),
    folders: session?.folders ?? [],
    openDeliveries: open,
    deadDeliveries: dead,
    ...(oldest !== undefined && { oldestOpen: new Date(oldest) }),
  };
}
