import type { AuthPlugin, CredentialKind, Mailbox, NetworkSettings, TransportPlugin } from '@signalbox/core';
import type { MailboxConfig } from '../config/config.ts';
import type { ConfigProblem } from '../config/problem.ts';
import type { Direction } from './flow.ts';

/** What one mailbox uses in one direction. Both configurations went through their plugin's own schema. */
export interface Route {
  readonly mailbox: Mailbox;
  readonly direction: Direction;
  readonly flow: string;
  readonly transport: TransportPlugin;
  /** Absent for a transport that has nothing to sign in to. */
  readonly auth?: AuthPlugin;
  readonly transportConfig: unknown;
  readonly authConfig?: unknown;
  readonly network: NetworkSettings;
  /** The kinds of credential that the auth plugin issues and the transport accepts; empty without an auth plugin. */
  readonly credentials: readonly CredentialKind[];
  /** Absent for transports that know their server themselves. */
  readonly server?: RouteServer;
  /** Who signs in, as far as the configuration says: the mailbox's address otherwise. */
  readonly username: string;
  /** Why, one sentence each, with the path in the configuration it comes from. */
  readonly reasons: readonly string[];
}

export interface RouteServer {
  readonly host: string;
  readonly port?: number;
  readonly tls?: string;
}

/** A direction that is wanted and has no route is broken; `problems` says why. */
export interface MailboxRoutes {
  readonly mailbox: MailboxConfig;
  readonly wanted: readonly Direction[];
  readonly receive?: Route;
  readonly send?: Route;
  readonly problems: readonly ConfigProblem[];
}
