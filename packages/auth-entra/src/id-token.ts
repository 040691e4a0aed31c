/** Who signed in, by the id token. */
export interface SignedIn {
  /** As the tenant names the account; absent when it does not say. */
  readonly name?: string;
  readonly names: readonly string[];
  /** The organisation whose account it is; personal accounts have one of their own. */
  readonly tenantId?: string;
}

/**
 * It came from the token endpoint itself over TLS, and so needs no check of its signature (OpenID Connect Core §3.1.3.7).
 * `email` is left out: it is whatever somebody wrote there.
 */
export function readIdToken(token: unknown): SignedIn {
  const claims = typeof token === 'string' ? payloadOf(token) : {};
  const names = ['preferred_username', 'upn', 'oid'].flatMap((claim) => (typeof claims[claim] === 'string' ? [claims[claim]] : []));
  const [name] = names;
  const { tid } = claims;
  return { names, ...(name !== undefined && { name }), ...(typeof tid === 'string' && { tenantId: tid }) };
}

/** For diagnostics, and for id tokens: access tokens are opaque (FACTS.md A8). Empty where it is no JWT. */
export function payloadOf(token: string): Readonly<Record<string, unknown>> {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
    return typeof claims === 'object' && claims !== null ? (claims as Readonly<Record<string, unknown>>) : {};
  } catch {
    return {};
  }
}
