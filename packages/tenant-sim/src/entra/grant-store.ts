import { randomBytes } from 'node:crypto';
import type { TenantClock } from '../clock.ts';
import type { RedirectUri } from '../directory/app.ts';
import type { TokenIdentity } from '../tokens/tokens.ts';
import type { ClaimsRequest } from './claims-request.ts';
import type { Authority } from './context.ts';
import type { OpenIdScope, ScopeRequest } from './scopes.ts';

/** That somebody signed in: who, when and how. */
export interface Proof {
  readonly userId: string;
  readonly amr: readonly ('pwd' | 'mfa')[];
  readonly at: Date;
}

interface Issued {
  readonly clientId: string;
  readonly issuedAt: Date;
}

/** What waits to be redeemed (FACTS.md A3). */
export interface AuthorizationCode extends Issued {
  readonly redirect: RedirectUri;
  readonly authority: Authority;
  readonly scopes: ScopeRequest;
  readonly claims: ClaimsRequest;
  readonly proof: Proof;
  readonly nonce?: string;
  readonly challenge?: { readonly value: string; readonly method: 'S256' | 'plain' };
  redeemed: boolean;
}

/** Bound to a user and a client, to no resource (FACTS.md A4). */
export interface RefreshToken extends Issued {
  /** `confidential` ones outlive a change of password; `spa` ones end 24 hours after the sign-in. */
  readonly kind: 'public' | 'confidential' | 'spa';
  readonly proof: Proof;
  /** The sign-in scopes it came with. */
  readonly openId: readonly OpenIdScope[];
  /** The access token given out beside it: what revokes that one revokes this one. */
  readonly beside: TokenIdentity;
}

/** FACTS.md A5. */
export interface DeviceCode extends Issued {
  readonly userCode: string;
  readonly authority: Authority;
  readonly scopes: ScopeRequest;
  answer: { readonly kind: 'pending' } | { readonly kind: 'declined' } | { readonly kind: 'redeemed' } | { readonly kind: 'approved'; readonly proof: Proof };
}

export const CODE_LIFETIME = 600_000;
export const DEVICE_CODE_LIFETIME = 900_000;
export const REFRESH_TOKEN_IDLE = 90 * 86_400_000;
export const SPA_LIFETIME = 86_400_000;

/** Things known by a random name. */
export interface Tickets<T extends Issued> {
  add(ticket: T): string;
  get(name: string): T | undefined;
  values(): Iterable<T>;
}

/** What was promised and is not yet, or no longer, redeemed. */
export interface Grants {
  readonly codes: Tickets<AuthorizationCode>;
  readonly refreshTokens: Tickets<RefreshToken>;
  readonly deviceCodes: Tickets<DeviceCode>;
}

export const createGrants = (clock: TenantClock): Grants => ({
  codes: createTickets(clock, '1.AXk', 6 * CODE_LIFETIME),
  refreshTokens: createTickets(clock, '1.AXkA', 2 * REFRESH_TOKEN_IDLE),
  deviceCodes: createTickets(clock, 'G', 4 * DEVICE_CODE_LIFETIME),
});

/** Those that expired are kept for a while, so that they can be told from those that never were. */
function createTickets<T extends Issued>(clock: TenantClock, prefix: string, keep: number): Tickets<T> {
  const tickets = new Map<string, T>();
  return {
    add(ticket) {
      const oldest = clock.now().getTime() - keep;
      for (const [name, { issuedAt }] of tickets) {
        if (issuedAt.getTime() >= oldest) break;
        tickets.delete(name);
      }
      const name = `${prefix}${randomBytes(48).toString('base64url')}`;
      tickets.set(name, ticket);
      return name;
    },
    get: (name) => tickets.get(name),
    values: () => tickets.values(),
  };
}
