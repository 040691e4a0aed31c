import type { OnAck } from '../config/config.ts';
import type { Direction } from '../routing/flow.ts';

/**
 * What a configuration says, as it was understood when it was deployed. Kept with its text, so that a later plan is compared with what was in
 * force and not with what its references resolve to by now. JSON-safe; holds no secret that a reference led to.
 */
export interface Deployed {
  /** Settings of the organisation, by path. */
  readonly shared: DeployedSettings;
  readonly mailboxes: readonly DeployedMailbox[];
}

export interface DeployedMailbox {
  readonly id: string;
  readonly address: string;
  readonly receive?: DeployedSide;
  readonly send?: DeployedSide;
  /** Also among the settings, for people. */
  readonly onAck: OnAck;
  /** Everything else the mailbox is configured with, defaults applied, by path. */
  readonly settings: DeployedSettings;
}

/** Without a transport the direction is broken: the configuration gives it no route. */
export interface DeployedSide {
  readonly flow: string;
  readonly transport?: string;
  readonly auth?: string;
  readonly host?: string;
  readonly port?: number;
  readonly tls?: string;
  readonly username?: string;
  /** Whose mailbox is opened is decided by the name that signs in, not by the address: a password knows nothing else. */
  readonly byUsername?: boolean;
}

/** A value that may not be shown is `{ hidden: digest }`. */
export type DeployedSettings = Readonly<Record<string, DeployedValue>>;
export type DeployedValue = string | number | boolean | null | { readonly hidden: string };

/** One thing that is not as it was. A value is absent where there is none, or where it may not be shown. */
export type DeployedChange =
  | { readonly what: 'address'; readonly before: string; readonly after: string }
  | { readonly what: 'flow' | 'server' | 'username'; readonly direction: Direction; readonly before?: string; readonly after?: string }
  | { readonly what: 'setting'; readonly path: string; readonly before?: string | number | boolean | null; readonly after?: string | number | boolean | null };
