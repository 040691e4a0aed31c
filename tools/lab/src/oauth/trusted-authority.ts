import type { Claims } from './tokens.ts';

/** Who else gives out tokens that the lab's servers take. */
export interface TrustedAuthority {
  /** Undefined for a token that is not its own, is over or has been withdrawn. */
  check(token: string): Promise<TokenHolder | undefined>;
  /** Whether the holder may open a mailbox that is somebody else's. */
  opens(holder: string, mailbox: string): boolean;
}

export interface TokenHolder {
  /** The address of a user, or the id of an application. */
  readonly holder: string;
  readonly expiresAt: Date;
  readonly scope: string;
  readonly clientId: string;
}

/** The first authority that knows the token, and its claims as the lab's own tokens have them. */
export async function findForeign(authorities: Iterable<TrustedAuthority>, token: string): Promise<{ readonly authority: TrustedAuthority; readonly claims: Claims } | undefined> {
  for (const authority of authorities) {
    const found = await authority.check(token);
    if (!found) continue;
    const { holder, expiresAt, scope, clientId } = found;
    return { authority, claims: { upn: holder, sub: holder, scope, azp: clientId, exp: Math.floor(expiresAt.getTime() / 1_000) } };
  }
  return undefined;
}
