import {
  type AuthProvider,
  type Callbacks,
  type CallOptions,
  type Clock,
  type CredentialSource,
  type HostServices,
  isMailError,
  type Logger,
  MailError,
  type MailTransport,
  type NetworkSettings,
  type Plugin,
  type TokenStore,
} from '@signalbox/core';
import { diagnose, type DiagnoseOptions } from '../diagnosis/diagnose.ts';
import type { Diagnosis } from '../diagnosis/diagnosis.ts';
import type { Direction } from '../routing/flow.ts';
import type { MailboxRoutes, Route } from '../routing/route.ts';
import { observedFetch } from '../telemetry/observed-fetch.ts';
import { createTelemetry } from '../telemetry/telemetry.ts';
import { codeOf } from '../failure-code.ts';
import { createFingerprinter } from './fingerprint.ts';
import { findRoute } from './find-route.ts';
import { onceOnly } from './once.ts';

/** What the router hands on to plugins. */
export interface RouterHost {
  readonly clock: Clock;
  readonly log: Logger;
  readonly tokens: TokenStore;
  /** A fetch bound to these proxies and certificates. */
  fetchFor(network: NetworkSettings): typeof fetch;
  /** Absent where nobody can reach the host from outside. */
  readonly callbacks?: Callbacks;
}

export interface ConnectionsOptions {
  readonly routes: readonly MailboxRoutes[];
  readonly host: RouterHost;
}

/** Opens what the routes say, once each. Disposal closes every transport and credential it opened; it is idempotent. */
export interface Connections extends AsyncDisposable {
  readonly mailboxes: readonly MailboxRoutes[];
  /**
   * Shared: dispose the connections, not the transport. Throws `mailbox.not-found` for an unknown id, `config.invalid` for a broken direction,
   * `capability.unsupported` for one that the mailbox does not have or its server does not offer, `transport.closed` after disposal,
   * and what the plugin throws.
   */
  open(mailboxId: string, direction: Direction, options?: CallOptions): Promise<MailTransport>;
  /** Closes the transport, so that the next `open` opens another: for one that is open and says nothing. The other direction may have shared it. */
  discard(mailboxId: string, direction: Direction): Promise<void>;
  /**
   * What signs the mailbox in; directions that answer the same one share a sign-in. `undefined` where there is nothing to sign in to.
   * Shared: dispose the connections, not the provider. Throws as `open` does.
   */
  auth(mailboxId: string, direction: Direction, options?: CallOptions): Promise<AuthProvider | undefined>;
  /** What works and what is missing, check by check; opens a transport of its own. Throws as `open` does for what has no route, and on abort. */
  diagnose(mailboxId: string, direction: Direction, options?: DiagnoseOptions): Promise<Diagnosis>;
  /** Goes by these routes from now on. What is open stays so, also where it is needed no more: `closeUnused` ends that. */
  replaceRoutes(routes: readonly MailboxRoutes[]): void;
  /** Closes the transports and credentials that no route leads to any more. */
  closeUnused(): Promise<void>;
}

const indexOf = (routes: readonly MailboxRoutes[]): ReadonlyMap<string, MailboxRoutes> => new Map(routes.map((entry) => [entry.mailbox.id, entry]));

export function createConnections({ routes, host }: ConnectionsOptions): Connections {
  let current = routes;
  let byId = indexOf(routes);
  const fingerprint = createFingerprinter();
  const telemetry = createTelemetry();
  const onCloseFailure = (error: unknown): void =>
    host.log.log('warn', 'connections.close-failed', { code: codeOf(error) });
  const transports = onceOnly<MailTransport>({ clock: host.clock, onCloseFailure });
  const providers = onceOnly<AuthProvider>({ clock: host.clock, onCloseFailure });

  // A digest of all settings costs as much as the work that it is asked for, and a route never changes.
  const authKey = remembered(({ auth, authConfig, network }: Route): string => fingerprint([auth?.name, authConfig, network]));
  const transportKey = remembered((route: Route): string => fingerprint([route.mailbox.id, route.mailbox.address, route.transport.name, route.transportConfig, route.network, authKey(route)]));
  /** Nothing where there is nothing to sign in to. */
  const openAuth = async (route: Route, options?: CallOptions): Promise<AuthProvider | undefined> => {
    const { auth, authConfig: config } = route;
    if (!auth) return undefined;
    return providers.get(authKey(route), (signal) => guarded(auth, signal, () => auth.open({ ...servicesFor(route, auth), config, tokens: host.tokens }, { signal })), options);
  };
  const servicesFor = ({ network }: Route, plugin: Plugin): HostServices => ({
    clock: host.clock,
    log: host.log,
    network,
    fetch: observedFetch(host.fetchFor(network), plugin, telemetry),
    ...(host.callbacks && { callbacks: host.callbacks }),
  });
  const openWith = (route: Route, credentials: CredentialSource | undefined, signal: AbortSignal): Promise<MailTransport> => {
    const { mailbox, transport, transportConfig: config } = route;
    const services = servicesFor(route, transport);
    const context = { ...services, log: withFields(services.log, { mailbox: mailbox.id }), mailbox, config, credentials: credentials ?? noCredentials(transport) };
    return guarded(transport, signal, () => transport.open(context, { signal }));
  };
  const openTransport = async (route: Route, signal: AbortSignal): Promise<MailTransport> => {
    const provider = await openAuth(route, { signal });
    return openWith(route, provider?.credentialsFor(route.mailbox), signal);
  };

  return {
    get mailboxes() {
      return current;
    },
    async open(mailboxId, direction, options) {
      options?.signal?.throwIfAborted();
      const route = findRoute(byId, mailboxId, direction);
      const { mailbox, transport } = route;
      const opened = await transports.get(transportKey(route), (signal) => openTransport(route, signal), options);
      if (opened[direction]) return opened;
      throw new MailError('capability.unsupported', `The server of mailbox "${mailbox.id}" lets the transport "${transport.name}" not ${direction}.`, {
        remedy: { who: 'operator', action: 'fix-config', text: `Choose another flow to ${direction} with.` },
      });
    },
    discard: async (mailboxId, direction) => transports.discard(transportKey(findRoute(byId, mailboxId, direction))),
    async auth(mailboxId, direction, options) {
      options?.signal?.throwIfAborted();
      return openAuth(findRoute(byId, mailboxId, direction), options);
    },
    async diagnose(mailboxId, direction, options) {
      options?.signal?.throwIfAborted();
      const route = findRoute(byId, mailboxId, direction);
      const tools = { clock: host.clock, openProvider: (signal: AbortSignal) => openAuth(route, { signal }), openTransport: openWith.bind(undefined, route) };
      return diagnose(route, tools, options);
    },
    replaceRoutes(next) {
      current = next;
      byId = indexOf(next);
    },
    async closeUnused() {
      const used = current.flatMap(({ receive, send }) => [receive, send].filter((route) => route !== undefined));
      await transports.retain(new Set(used.map(transportKey)));
      await providers.retain(new Set(used.map(authKey)));
    },
    async [Symbol.asyncDispose]() {
      await transports[Symbol.asyncDispose](); // before the credentials that they may still ask for
      await providers[Symbol.asyncDispose]();
    },
  };
}

/** What a transport logs is about its mailbox, whether it says so or not. A provider may serve many. */
const withFields = (log: Logger, fields: Readonly<Record<string, unknown>>): Logger => ({ log: (level, event, own) => log.log(level, event, { ...fields, ...own }) });

/** For a transport whose manifest says that it takes none. */
const noCredentials = ({ name }: Plugin): CredentialSource => ({
  async getCredential() {
    throw new MailError('protocol.violation', `The transport plugin "${name}" asks for a credential, and its manifest says that it takes none.`, {
      retry: 'never',
      remedy: { who: 'plugin-author', action: 'report-bug', text: `Report this to the author of the transport plugin "${name}".` },
    });
  },
});

/** Every failure that leaves a plugin should be a `MailError`; one that is not is the plugin's mistake, and is said so. */
async function guarded<Value>(plugin: Plugin, signal: AbortSignal, open: () => Promise<Value>): Promise<Value> {
  try {
    return await open();
  } catch (error) {
    if (isMailError(error) || (signal.aborted && error === signal.reason)) throw error;
    throw new MailError('protocol.violation', `The ${plugin.kind} plugin "${plugin.name}" failed in a way that it does not explain.`, {
      retry: 'never',
      cause: error,
      remedy: { who: 'plugin-author', action: 'report-bug', text: `Report this to the author of the ${plugin.kind} plugin "${plugin.name}".` },
    });
  }
}

function remembered<Key extends object, Value>(derive: (key: Key) => Value): (key: Key) => Value {
  const known = new WeakMap<Key, Value>();
  return (key) => {
    const before = known.get(key);
    if (before !== undefined) return before;
    const value = derive(key);
    known.set(key, value);
    return value;
  };
}
