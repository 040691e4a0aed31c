import type { Logger } from '@signalbox/core';
import type { TenantCertificates } from './certificates.ts';
import type { TenantClock } from './clock.ts';
import type { Directory } from './directory/directory.ts';
import type { FaultRegistry } from './faults/registry.ts';
import type { Loopback } from './loopback.ts';
import type { MailFlow } from './mail-flow/mail-flow.ts';
import type { FactReader } from './store/facts.ts';
import type { MailStore } from './store/store.ts';
import type { TokenService } from './tokens/tokens.ts';

/** Everything that the doors of one tenant share. */
export interface TenantContext {
  readonly clock: TenantClock;
  readonly certificates: TenantCertificates;
  readonly faults: FaultRegistry;
  readonly directory: Directory;
  readonly store: MailStore;
  readonly facts: FactReader;
  readonly mailFlow: MailFlow;
  readonly tokens: TokenService;
  readonly log: Logger;
  readonly behaviour: TenantBehaviour;
  /** Makes everything as it was in the beginning: no fault, the first clock, the first people, empty mailboxes. What was given out before is void. */
  readonly reset: () => void;
  /** Called after every reset: a door then ends its sessions, and forgets what it keeps. */
  readonly onReset: (listener: () => void) => Disposable;
}

/** How like Exchange Online it is where the difference can be in the way of a test. */
export interface TenantBehaviour {
  /** `regenerated`: each door makes its own MIME text, as Exchange does. `kept`: every door shows the bytes that came in. */
  readonly mime: 'regenerated' | 'kept';
  /** Which of Exchange Online's two greetings and capability lists IMAP shows (FACTS.md C5). */
  readonly imapProfile: 'classic' | '2026-09';
}

export type DoorName = 'entra' | 'graph' | 'imap' | 'smtp' | 'control';

/** A protocol of the tenant, listening on this machine alone. */
export interface Door extends AsyncDisposable {
  readonly host: Loopback;
  readonly port: number;
}

export interface DoorOptions {
  /** Default: any free one. */
  readonly port?: number;
  /** Default: 127.0.0.1. */
  readonly host?: Loopback;
}
