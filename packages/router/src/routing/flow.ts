import type { Options } from '../config/config.ts';

export type Direction = 'receive' | 'send';

/** One direction of a flow: a transport, the credentials it uses, and what the flow sets for both. */
export interface FlowSide {
  /** Name of a transport plugin. */
  readonly transport: string;
  /** Name of an auth plugin; absent for a transport that has nothing to sign in to. */
  readonly auth?: string;
  /** The top-level section that feeds the auth plugin, such as `entra`; of several named entries the mailbox's `tenant` picks one. */
  readonly settings?: string;
  /** Those settings of the section that the transport has to know as well, such as the national cloud. */
  readonly sharedSettings?: readonly string[];
  readonly transportOptions?: Options;
  readonly authOptions?: Options;
}

/** A named preset over the two plugin axes. A flow without a side cannot be used in that direction. */
export interface Flow {
  readonly receive?: FlowSide;
  readonly send?: FlowSide;
}
