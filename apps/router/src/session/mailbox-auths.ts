import type { AuthProvider, Mailbox } from '@signalbox/core';
import type { Direction, MailboxRoutes, Route } from '@signalbox/router';
import type { Session } from './session.ts';

/** What signs a mailbox in, and for what. */
export interface MailboxAuth {
  readonly mailbox: Mailbox;
  /** One sign-in serves all of these. */
  readonly directions: readonly [Direction, ...Direction[]];
  /** By direction, in the same order. */
  readonly flows: readonly string[];
  /** Name of the auth plugin; absent, with its provider, where there is nothing to sign in to. */
  readonly plugin?: string;
  readonly provider?: AuthProvider;
}

/** One entry for each provider of the mailbox's working directions; broken ones are told by their routes. */
export async function openMailboxAuths({ connections }: Session, routes: MailboxRoutes, signal: AbortSignal): Promise<readonly MailboxAuth[]> {
  const auths: MailboxAuth[] = [];
  for (const direction of ['receive', 'send'] as const) {
    const route = routes[direction];
    if (!route) continue;
    const provider = await connections.auth(route.mailbox.id, direction, { signal });
    const shared = auths.findIndex((each) => each.provider === provider);
    const before = auths[shared];
    if (before) auths[shared] = { ...before, directions: [...before.directions, direction], flows: [...before.flows, route.flow] };
    else auths.push(toAuth(route, direction, provider));
  }
  return auths;
}

const toAuth = ({ mailbox, flow, auth }: Route, direction: Direction, provider: AuthProvider | undefined): MailboxAuth => ({
  mailbox,
  directions: [direction],
  flows: [flow],
  ...(auth && { plugin: auth.name }),
  ...(provider && { provider }),
});
