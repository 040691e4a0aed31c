import type { Clock, Logger, Secret } from '@signalbox/core';

/**
 * Where the keys come from: 32 octets each in base64 or hexadecimal, the current one first, then older ones that still open what they sealed.
 * A key file that does not exist is made beside a new data directory, and never for data that is there already, nor for a database server.
 */
export type KeySource = { readonly file: string } | { readonly text: Secret };

/** Embedded: nothing to install, one machine. */
export interface EmbeddedPlace {
  /** Made when it does not exist, for its owner alone. */
  readonly directory: string;
  readonly url?: undefined;
  /** Default: the file that `defaultKeyFile` names. */
  readonly key?: KeySource;
}

/** PostgreSQL 15 or newer: any number of machines. */
export interface ServerPlace {
  /** `postgresql://user:password@host:5432/database` */
  readonly url: Secret;
  readonly directory?: undefined;
  /** Every machine needs the same, so none is made here. */
  readonly key: KeySource;
}

export type StorePlace = EmbeddedPlace | ServerPlace;

export interface StoreSettings {
  readonly clock: Clock;
  readonly log?: Logger;
  /** A router works on mailboxes: on an embedded store there is one at a time. Commands come and go beside it; that is the default. */
  readonly role?: 'router' | 'command';
  /** How long another process waits before it takes over a turn at a token that a dead one had, in milliseconds; 8,000 by default, and the same for all processes. */
  readonly leaseMs?: number;
  /** How long a lease on a mailbox lasts unless it is kept, in milliseconds; 15,000 by default, and the same for all processes. */
  readonly mailboxLeaseMs?: number;
  /** For tests: the embedded store goes by `clock` too, where it goes by the machine's otherwise. Every process on it has to be told the same. */
  readonly goesByHost?: boolean;
}

export type StoreOptions = StorePlace & StoreSettings;
