import type { SideName } from '../job.ts';

// What is asked of a side's process, and what it answers. Times in milliseconds, instants since 1970, memory in MB of 1,000,000 octets.

export interface RouterServer {
  readonly host: string;
  readonly imapsPort: number;
  readonly submissionsPort: number;
  /** PEM. */
  readonly ca: string;
  readonly mailboxes: readonly BenchMailbox[];
}

export interface BenchMailbox {
  readonly id: string;
  readonly address: string;
  readonly password: string;
}

export interface SideSettings {
  readonly side: SideName;
  readonly server: RouterServer;
  /** Where ours keeps its data; the next process of this side finds it again. */
  readonly directory: string;
  /** Of a PostgreSQL, instead of the embedded store. */
  readonly databaseUrl?: string;
  /** What ours seals its records with. */
  readonly key: string;
}

export interface Cost {
  readonly wallMs: number;
  readonly cpuMs: number;
}

/** Which of the messages of a place came, and when the consumer had it and had acknowledged it. */
export interface Collected extends Cost {
  readonly arrivals: readonly (readonly [index: number, at: number])[];
}

export interface Submitted {
  /** All are taken: stored by ours, held in memory by the bare library. */
  readonly acceptedMs: number;
  /** The server has all of them. */
  readonly deliveredMs: number;
  readonly cpuMs: number;
}

export interface Memory {
  /** Resident, as it is. */
  readonly residentMb: number;
  /** The same after a full collection: what is really needed. */
  readonly collectedMb: number;
  /** The most that was ever resident. */
  readonly peakMb: number;
}

export interface SideCalls {
  start: (settings: SideSettings) => void;
  /** Connects these too, and answers when all that they hold is known and each is watched. */
  open: (mailboxes: readonly string[]) => Cost;
  /** The same without waiting for it, and hands new mail to a consumer from then on. */
  serve: (mailboxes: readonly string[]) => void;
  /** After `serve`: when each mailbox is watched. */
  watched: () => void;
  collect: (place: string, count: number) => Collected;
  submit: (mailbox: string, to: string, count: number) => Submitted;
  /** Processor time while nothing happens. */
  rest: (ms: number) => Cost;
  memory: () => Memory;
  startProfile: (file: string) => void;
  stopProfile: () => void;
  close: () => void;
}
