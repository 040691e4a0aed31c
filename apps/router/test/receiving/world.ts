import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock, LogLevel, Plugin } from '@signalbox/core';
import { systemClock } from '@signalbox/kit';
import { createConnections, createLeaseKeeper, createReceiver, createRegistry, type Delivery, loadConfig, type Receiver, type ReceiverOptions, resolveRoutes, type RouterEvent } from '@signalbox/router';
import { type BaselineRun, openStore, type Store } from '@signalbox/store';
import { flows } from '../../src/flows.ts';

export interface ReceivingOptions {
  /** YAML below the first two lines. */
  readonly config: string;
  readonly plugins: readonly Plugin[];
  readonly env?: Readonly<Record<string, string>>;
  /** By path, as the configuration names them. */
  readonly files?: Readonly<Record<string, string>>;
  readonly clock?: Clock;
  readonly fetch?: typeof fetch;
  readonly settings?: ReceiverOptions['settings'];
  /** What the receiver gets in place of the store, for a test of a test. */
  readonly sabotage?: (store: Store) => Store;
}

/** A receiver on a store of its own, and a consumer that acknowledges what it is handed. */
export interface ReceivingWorld extends AsyncDisposable {
  /** Of the store. */
  readonly directory: string;
  readonly store: Store;
  readonly receiver: Receiver;
  readonly events: readonly RouterEvent[];
  readonly logged: readonly { readonly level: LogLevel; readonly event: string }[];
  /** Ends the receiver as it is and starts another on the same store, perhaps with another configuration. */
  restart(options?: Partial<ReceivingOptions>): Promise<void>;
  /** Another receiver on the same store, as in another process. */
  another(): Promise<Started>;
  /** Ends the receiver; `restart` starts another. */
  stop(): Promise<void>;
  /** Waits for so many deliveries, and a while for none more. They are acknowledged unless told otherwise. */
  take(count: number, options?: TakeOptions): Promise<readonly Delivery[]>;
  /** Until what was there at first connect is noted, in every mailbox. */
  connected(): Promise<void>;
  /** Until the server's answer to something that happened before this call was recorded: every mailbox has finished a sweep since. */
  swept(): Promise<void>;
  /** Until an event of this type has come, since the start. */
  seen(type: RouterEvent['type'], count?: number): Promise<void>;
}

export interface TakeOptions {
  readonly ack?: boolean;
  readonly quietMs?: number;
  readonly timeoutMs?: number;
}

export async function openReceiving(options: ReceivingOptions): Promise<ReceivingWorld> {
  const directory = await mkdtemp(join(tmpdir(), 'receiving-'));
  const clock = options.clock ?? systemClock;
  const store = await openStore({ directory: join(directory, 'data'), clock: systemClock, role: 'router' });
  const logged: { level: LogLevel; event: string }[] = [];
  const events: RouterEvent[] = [];
  const starting = { store, events, logged };
  let current = await start(options, starting);
  let last = options;
  return {
    directory,
    store,
    events,
    logged,
    get receiver() {
      return current.receiver;
    },
    async restart(other = {}) {
      await current[Symbol.asyncDispose]();
      last = { ...last, ...other };
      current = await start(last, starting);
    },
    another: () => start(last, { store, events: [], logged: [] }),
    stop: async () => current[Symbol.asyncDispose](),
    take: (count, take) => takeFrom(current.receiver, count, take),
    connected: () =>
      until(
        async () => (await runsOf(store)).every((run) => run?.state === 'finished'),
        () => runsOf(store),
      ),
    async swept() {
      const since = clock.now();
      await until(async () => (await current.receiver.status()).every(({ completeUpTo }) => completeUpTo !== undefined && completeUpTo >= since), () => current.receiver.status());
    },
    seen: (type, count = 1) => until(async () => events.filter((event) => event.type === type).length >= count, async () => events),
    async [Symbol.asyncDispose]() {
      await current[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
      await rm(directory, { recursive: true });
    },
  };
}

async function runsOf({ mailboxes, ledger }: Store): Promise<readonly (BaselineRun | undefined)[]> {
  const places = await Promise.all((await mailboxes.list()).map(async ({ id }) => (await ledger.cursors(id)).map((place) => ledger.run(id, place))));
  const runs = await Promise.all(places.flat());
  return runs.length === 0 ? [undefined] : runs;
}

interface Starting {
  readonly store: Store;
  readonly events: RouterEvent[];
  readonly logged: { level: LogLevel; event: string }[];
}

export interface Started extends AsyncDisposable {
  readonly receiver: Receiver;
}

async function start({ config: text, plugins, env = {}, files = {}, clock = systemClock, fetch = globalThis.fetch, settings, sabotage }: ReceivingOptions, { store: whole, events, logged }: Starting): Promise<Started> {
  const store = sabotage?.(whole) ?? whole;
  const config = await loadConfig({ file: '/etc/signalbox.yaml', text: `version: 1\norganization: contoso\n${text}`, env, readFile: async (path) => files[path] ?? Promise.reject(new Error(`there is no ${path}`)) });
  const registry = await createRegistry({ bundled: plugins, external: [], positions: config.positions });
  const routes = await resolveRoutes({ config, registry, flows: { ...flows, ...config.flows } });
  const log = { log: (level: LogLevel, event: string, fields?: unknown) => void logged.push({ level, event, ...(fields !== undefined && { fields }) }) };
  const connections = createConnections({ routes, host: { clock, log, tokens: store.tokens, fetchFor: () => fetch } });
  for (const { mailbox } of routes) await store.mailboxes.put(mailbox);
  const keeper = createLeaseKeeper({ rows: store.leases, owner: `test ${Math.random()}`, clock: systemClock, log });
  const receiver = createReceiver({ connections, store, keeper, clock, log, ...(settings && { settings }) });
  const listening = (async () => {
    for await (const event of receiver.events()) events.push(event);
  })();
  return {
    receiver,
    async [Symbol.asyncDispose]() {
      await receiver[Symbol.asyncDispose]();
      await connections[Symbol.asyncDispose]();
      await listening;
    },
  };
}

async function takeFrom(receiver: Receiver, count: number, { ack = true, quietMs = 300, timeoutMs = 20_000 }: TakeOptions = {}): Promise<readonly Delivery[]> {
  const taken: Delivery[] = [];
  const over = new AbortController();
  let timer = setTimeout(() => over.abort(), timeoutMs);
  for await (const delivery of receiver.deliveries({ signal: over.signal, concurrency: 1_000_000 })) {
    taken.push(delivery);
    if (ack) await delivery.ack();
    if (taken.length < count) continue;
    clearTimeout(timer);
    timer = setTimeout(() => over.abort(), quietMs);
  }
  return taken;
}

async function until(isSo: () => Promise<boolean>, describe: () => Promise<unknown>, timeoutMs = 60_000): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`It did not come to that: ${JSON.stringify(await describe())}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

