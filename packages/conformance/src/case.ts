import type { Facet, MailTransport } from '@signalbox/core';
import type { CaseLimits } from './limits.ts';
import type { Door, Faults, World } from './world.ts';

/** One sentence about behaviour, as data. */
export interface Case {
  /** `group/short-name`; saboteurs, tables and committed lists refer to it. */
  readonly id: CaseId;
  /** The sentence: `reports two messages with the same Message-ID as two`. */
  readonly title: string;
  /** What the case cannot do without. Anything missing makes it not applicable. */
  readonly needs?: CaseNeeds;
  /** Throws an `AssertionError` when the transport is wrong. */
  run(world: World, limits: CaseLimits): Promise<void>;
  /** Measures the process, and therefore runs while no other case does. */
  readonly alone?: boolean;
}

export type CaseGroup = 'lifecycle' | 'abort' | 'receive' | 'message' | 'mutate' | 'send' | 'auth' | 'errors' | 'plugin';
export type CaseId = `${CaseGroup}/${string}`;

export interface CaseNeeds {
  readonly facets?: readonly Facet[];
  readonly door?: readonly (keyof Door)[];
  readonly faults?: readonly (keyof Faults)[];
  /** Optional members of the world itself. */
  readonly world?: readonly ('plugin' | 'config' | 'secrets' | 'logged')[];
  /** Names what a trait rules out, for the table: `any keyword can be stored`. Absent result: applicable. */
  readonly unless?: (transport: MailTransport, world: World) => string | undefined;
}
