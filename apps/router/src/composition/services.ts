import type { Callbacks, Clock, Logger, TokenStore } from '@signalbox/core';
import { systemClock } from '@signalbox/kit';
import { type Connections, createConnections, type MailboxRoutes, type RouterHost } from '@signalbox/router';
import type { Store } from '@signalbox/store';
import type { DataPlace } from '../session/data-place.ts';
import { createFetchPool, type FetchPool } from './fetch-pool.ts';
import { createLazyStore, type LazyStore } from './lazy-store.ts';
import { createLazyTokenStore } from './lazy-token-store.ts';
import { Scope, token } from './scope.ts';

export const CLOCK = token<Clock>('Clock');
export const LOG = token<Logger>('Logger');
export const STORE = token<LazyStore>('Store');
export const TOKENS = token<TokenStore>('TokenStore');
export const FETCHES = token<FetchPool>('FetchPool');
export const HOST = token<RouterHost>('RouterHost');
export const ROUTES = token<readonly MailboxRoutes[]>('MailboxRoutes');
export const CONNECTIONS = token<Connections>('Connections');

export interface ServiceOptions {
  readonly log: Logger;
  readonly clock: Clock;
  readonly routes: readonly MailboxRoutes[];
  /** Where the store lies. Asked when it is first needed. */
  readonly data: () => DataPlace;
  /** Absent where nobody can call from outside. */
  readonly callbacks?: Callbacks | undefined;
  /** One that is open already, and whose end is its owner's business. */
  readonly store?: Store;
  /** Where plugins keep tokens, instead of the store. */
  readonly tokens?: TokenStore;
}

/** Puts the application together: what plugins and the router may use of the world outside. */
export const createServices = ({ log, clock, routes, data, callbacks, store: given, tokens: staged }: ServiceOptions): Scope =>
  Scope.create()
    .value(LOG, log)
    .value(ROUTES, routes)
    .value(CLOCK, clock)
    .singleton(STORE, [CLOCK, LOG], (clock, log) =>
      // Somebody else's clock is a test's: what is due, and what has run out, goes by it too.
      given ? borrowed(given) : createLazyStore(async () => (await import('@signalbox/store')).openStore({ ...data(), clock, log, goesByHost: clock !== systemClock })),
    )
    .singleton(TOKENS, [STORE], (store) => staged ?? (given ? given.tokens : createLazyTokenStore(() => store.get())))
    .singleton(FETCHES, [], createFetchPool)
    .singleton(HOST, [CLOCK, LOG, TOKENS, FETCHES], (clock, log, tokens, fetches): RouterHost => ({
      clock,
      log,
      tokens,
      fetchFor: (network) => fetches.fetchFor(network),
      ...(callbacks && { callbacks }),
    }))
    .singleton(CONNECTIONS, [ROUTES, HOST], (routes, host) => createConnections({ routes, host }));

const borrowed = (store: Store): LazyStore => ({ get: async () => store, async [Symbol.asyncDispose]() {} });
