import type { Callbacks, Clock, Logger, TokenStore } from '@signalbox/core';
import { type Connections, createConnections, type MailboxRoutes, type RouterHost } from '@signalbox/router';
import type { DataPlace } from '../session/data-place.ts';
import { createFetchPool, type FetchPool } from './fetch-pool.ts';
import { createLazyTokenStore } from './lazy-token-store.ts';
import { Scope, token } from './scope.ts';

export const CLOCK = token<Clock>('Clock');
export const LOG = token<Logger>('Logger');
export const TOKENS = token<TokenStore>('TokenStore');
export const FETCHES = token<FetchPool>('FetchPool');
export const HOST = token<RouterHost>('RouterHost');
export const ROUTES = token<readonly MailboxRoutes[]>('MailboxRoutes');
export const CONNECTIONS = token<Connections>('Connections');

export interface ServiceOptions {
  readonly log: Logger;
  readonly clock: Clock;
  readonly routes: readonly MailboxRoutes[];
  /** Where tokens are kept. Asked when a plugin first wants one. */
  readonly data: () => DataPlace;
  /** Absent where nobody can call from outside. */
  readonly callbacks?: Callbacks | undefined;
}

/** Puts the application together: what plugins and the router may use of the world outside. */
export const createServices = ({ log, clock, routes, data, callbacks }: ServiceOptions): Scope =>
  Scope.create()
    .value(LOG, log)
    .value(ROUTES, routes)
    .value(CLOCK, clock)
    .singleton(TOKENS, [CLOCK, LOG], (clock, log) => createLazyTokenStore(async () => (await import('@signalbox/store')).openStore({ ...data(), clock, log })))
    .singleton(FETCHES, [], createFetchPool)
    .singleton(HOST, [CLOCK, LOG, TOKENS, FETCHES], (clock, log, tokens, fetches): RouterHost => ({
      clock,
      log,
      tokens,
      fetchFor: (network) => fetches.fetchFor(network),
      ...(callbacks && { callbacks }),
    }))
    .singleton(CONNECTIONS, [ROUTES, HOST], (routes, host) => createConnections({ routes, host }));
