import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, type LogLevel, type NetworkSettings, type Plugin, secret } from '@signalbox/core';
import { createConnections, createLeaseKeeper, createRegistry, createSending, loadConfig, resolveRoutes, type Sending, type SendingOutcome, type SendingSettings } from '@signalbox/router';
import { openStore, type Store } from '@signalbox/store';
import { createFetchPool } from '../../src/composition/fetch-pool.ts';
import { flows } from '../../src/flows.ts';

export interface SendingWorldOptions {
  /** Jumps when the test says so. */
  readonly clock: Clock;
  readonly plugins: readonly Plugin[];
  /** YAML, without version and organization. */
  readonly config: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly settings?: Partial<SendingSettings>;
  /** Of a store that is there already, and stays. */
  readonly place?: SendingPlace;
}

/** Where the outbox lies: a directory, or a database that goes by the tenant's time by itself. */
export type SendingPlace = { readonly directory: string } | { readonly url: string; readonly keyText: string };

export interface LoggedLine {
  readonly level: LogLevel;
  readonly event: string;
  readonly fields?: Readonly<Record<string, unknown>> | undefined;
}

/** A store with an outbox, and as many senders on it as a test opens: each is what a process of its own would be. */
export interface SendingWorld extends AsyncDisposable {
  readonly store: Store;
  readonly place: SendingPlace;
  readonly outcomes: SendingOutcome[];
  readonly log: LoggedLine[];
  readonly sending: Sending;
  /** Sends until it is disposed of. */
  run(sending?: Sending): AsyncDisposable;
  another(): Promise<Sending>;
}

export async function openSendingWorld({ clock, plugins, config: text, files = {}, settings = {}, place: given }: SendingWorldOptions): Promise<SendingWorld> {
  const resources = new AsyncDisposableStack();
  const place = given ?? { directory: await mkdtemp(join(tmpdir(), 'signalbox-sending-')) };
  if (given === undefined && 'directory' in place) resources.defer(() => rm(place.directory, { recursive: true, force: true }));
  const store = resources.use(await openAt(place, clock));
  const config = await loadConfig({
    file: '/signalbox.yaml',
    text: `version: 1\norganization: contoso\n${text}`,
    env: {},
    readFile: async (path) => files[path.split('/').at(-1) ?? ''] ?? Promise.reject(Object.assign(new Error(path), { code: 'ENOENT' })),
  });
  for (const { id, address } of config.mailboxes) await store.mailboxes.put({ id, address });
  const registry = await createRegistry({ bundled: plugins, external: [], positions: config.positions });
  const routes = await resolveRoutes({ config, registry, flows });
  const [log, outcomes]: [LoggedLine[], SendingOutcome[]] = [[], []];
  const logger = { log: (level: LogLevel, event: string, fields?: Readonly<Record<string, unknown>>) => void log.push({ level, event, fields }) };
  const fetches = resources.use(createFetchPool());
  const another = async (): Promise<Sending> => {
    const host = { clock, log: logger, tokens: store.tokens, fetchFor: (network: NetworkSettings) => fetches.fetchFor(network) };
    const connections = resources.use(createConnections({ routes, host }));
    const owner = randomUUID();
    const { outgoing } = config;
    const defaults = { ...(outgoing.from !== undefined && { from: outgoing.from }), ...(outgoing.bcc && { bcc: outgoing.bcc }) };
    return createSending({
      outbox: store.outbox,
      leases: createLeaseKeeper({ rows: store.leases, owner, clock, log: logger }),
      owner,
      connections,
      host: { clock, log: logger, random: () => 0 },
      settings: { ...defaults, pollMs: 20, ...settings },
      onOutcome: (outcome) => void outcomes.push(outcome),
    });
  };
  const sending = await another();
  return {
    store,
    place,
    outcomes,
    log,
    sending,
    another,
    run(which = sending) {
      const ended = new AbortController();
      const running = which.run(ended.signal);
      return {
        async [Symbol.asyncDispose]() {
          ended.abort();
          await running;
        },
      };
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

const openAt = (place: SendingPlace, clock: Clock): Promise<Store> =>
  'url' in place ? openStore({ url: secret(place.url), key: { text: secret(place.keyText) }, clock }) : openStore({ directory: join(place.directory, 'data'), clock, goesByHost: true });
