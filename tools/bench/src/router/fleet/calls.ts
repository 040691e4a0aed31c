// What is asked of the two processes of the fleet's benchmark, and what they answer. Instants in milliseconds since 1970, memory in MB of 1,000,000 octets.

export interface FleetTenant {
  readonly domain: string;
  /** Where applications sign in. */
  readonly authority: string;
  readonly clientId: string;
  readonly baseUrl: string;
  /** PEM. */
  readonly ca: string;
}

export interface Played {
  /** By index: when it was delivered. */
  readonly deliveredAt: readonly number[];
  /** Requests to Graph meanwhile, and the processor time that the tenant took. */
  readonly requests: number;
  readonly cpuMs: number;
}

export interface TenantCalls {
  /** So many mailboxes, each with a little mail. */
  start: (mailboxes: number) => FleetTenant;
  /** Delivers so many messages a second, to one mailbox after the other, until `stop`. */
  play: (perSecond: number) => void;
  stop: () => Played;
  requests: () => number;
}

export interface FleetSettings {
  readonly tenant: FleetTenant;
  readonly mailboxes: number;
  readonly sweepMs: number;
  readonly directory: string;
}

export interface FleetState {
  /** Mailboxes that are read. */
  readonly active: number;
  readonly residentMb: number;
  readonly peakMb: number;
  /** Over all mailboxes: how long ago the last finished sweep began. */
  readonly lagsMs: readonly number[];
  /** Warnings so far, by name. */
  readonly warnings: Readonly<Record<string, number>>;
}

export interface FleetCalls {
  start: (settings: FleetSettings) => void;
  state: () => FleetState;
  /** Waits for so many, and answers when each was handed over and acknowledged. */
  collect: (count: number) => readonly (readonly [index: number, at: number])[];
  cpuMs: () => number;
  startProfile: (file: string) => void;
  stopProfile: () => void;
  heapSnapshot: (file: string) => void;
  close: () => void;
}

export const PLACE = 'fleet';

export const addressOf = (number: number): string => `m${number}@contoso.test`;
