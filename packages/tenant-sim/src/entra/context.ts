import type { TenantContext } from '../door.ts';
import type { Grants } from './grant-store.ts';
import type { BrowserSessions } from './sign-in/sessions.ts';
import type { SignInFlows } from './sign-in/flow.ts';

/** What the pages and grants of this door share. */
export interface EntraContext extends TenantContext {
  readonly grants: Grants;
  readonly sessions: BrowserSessions;
  readonly flows: SignInFlows;
}

/** How the door was called. */
export interface Authority {
  /** `https://host:port`, from the request: a client may know the door by several names. */
  readonly base: string;
  /** As the path names it: an id, a domain, or an alias. */
  readonly name: string;
  readonly kind: 'tenant' | 'common' | 'organizations' | 'consumers';
}
