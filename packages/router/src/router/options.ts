import type { Plugin } from '@signalbox/core';
import type { Store } from '@signalbox/store';
import type { Config } from '../config/config.ts';
import type { RouterHost } from '../connections/connections.ts';
import type { HubSettings } from '../receiving/hub.ts';
import type { ReceivingSettings } from '../receiving/mailbox-session.ts';
import type { Flow } from '../routing/flow.ts';
import type { SendingSettings } from '../sending/settings.ts';

export interface RouterOptions {
  readonly config: Config;
  /** Opened as a router, or another one may work on the same mailboxes. It is not closed with the router. */
  readonly store: Store;
  /** Those that come with the application; the configuration may name more. */
  readonly plugins: readonly Plugin[];
  /** The application's flows, beside those of the configuration. */
  readonly flows?: Readonly<Record<string, Flow>>;
  /** Where packages that the configuration names are imported from. */
  readonly importFrom?: string;
  readonly host: Omit<RouterHost, 'tokens'> & {
    /** Awaited at the end, once nothing is watched any more and before connections are closed: transports take back then what servers were asked to tell. */
    readonly vacated?: () => Promise<void>;
  };
  /**
   * Another one for every router that runs at the same time on the store. A router that was killed and starts again under its own name has its
   * mailboxes back at once, instead of waiting for the end of its leases. Default: a name that nobody else has.
   */
  readonly node?: string;
  readonly receiving?: Partial<ReceivingSettings & HubSettings>;
  readonly sending?: Partial<SendingSettings>;
}
