import type { CredentialKind } from '@signalbox/core';
import type { ConfigProblem } from '../config/problem.ts';
import type { Direction } from './flow.ts';
import type { MailboxRoutes, Route } from './route.ts';

/** What one mailbox uses and why. JSON-safe, without secrets. */
export interface Explanation {
  readonly id: string;
  readonly address: string;
  readonly endpoint?: string;
  readonly faxesOnly: boolean;
  readonly receive: SideExplanation;
  readonly send: SideExplanation;
  readonly problems: readonly ConfigProblem[];
}

export type SideExplanation = { readonly state: 'off' } | { readonly state: 'broken'; readonly flow: string } | RouteExplanation;

export interface RouteExplanation {
  readonly state: 'routed';
  readonly flow: string;
  readonly transport: string;
  readonly transportVersion: string;
  /** Absent, with its version, where there is nothing to sign in to. */
  readonly auth?: string;
  readonly authVersion?: string;
  readonly credentials: readonly CredentialKind[];
  readonly host?: string;
  readonly port?: number;
  readonly tls?: string;
  readonly username: string;
  /** Without user name and password. */
  readonly proxy?: string;
  readonly reasons: readonly string[];
}

/** Says for each direction what will be used and why. */
export function explain(routes: MailboxRoutes): Explanation {
  const { mailbox, problems } = routes;
  return {
    id: mailbox.id,
    address: mailbox.address,
    ...(mailbox.endpoint !== undefined && { endpoint: mailbox.endpoint }),
    faxesOnly: mailbox.faxesOnly,
    receive: explainSide(routes, 'receive'),
    send: explainSide(routes, 'send'),
    problems,
  };
}

function explainSide({ mailbox, wanted, ...routes }: MailboxRoutes, direction: Direction): SideExplanation {
  const route = routes[direction];
  if (route) return explainRoute(route);
  const flow = mailbox[direction];
  return flow !== undefined && wanted.includes(direction) ? { state: 'broken', flow } : { state: 'off' };
}

/** Picks what is shown, instead of leaving out what is not: a new field of a route is no leak. */
function explainRoute({ flow, transport, auth, credentials, server, username, network, reasons }: Route): RouteExplanation {
  return {
    state: 'routed',
    flow,
    transport: transport.name,
    transportVersion: transport.version,
    ...(auth && { auth: auth.name, authVersion: auth.version }),
    credentials,
    ...server,
    username,
    ...(network.proxy !== undefined && { proxy: withoutUserInfo(network.proxy) }),
    reasons,
  };
}

function withoutUserInfo(proxy: string): string {
  const { protocol, host } = new URL(proxy);
  return `${protocol}//${host}`;
}
