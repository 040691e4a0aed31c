import { createHash } from 'node:crypto';
import type { TenantUser } from '../directory/user.ts';
import type { TokenClaims } from '../tokens/claims.ts';
import type { IssuedToken } from '../tokens/tokens.ts';
import type { ClaimsRequest } from './claims-request.ts';
import type { Client } from './client.ts';
import { consentedNames } from './consent.ts';
import type { Authority, EntraContext } from './context.ts';
import type { Form } from './form.ts';
import type { Proof, RefreshToken } from './grant-store.ts';
import { type OpenIdScope, type Resource, type ResourceScopes } from './scopes.ts';

/** A request at the token endpoint, with what every grant needs to know of it. */
export interface TokenRequest {
  readonly context: EntraContext;
  readonly authority: Authority;
  readonly form: Form;
  readonly client: Client;
  readonly claims: ClaimsRequest;
  /** Of a browser's cross-origin request. */
  readonly origin?: string;
}

export interface TokenResponse {
  readonly token_type: 'Bearer';
  readonly scope?: string;
  readonly expires_in: number;
  readonly ext_expires_in: number;
  readonly refresh_in?: number;
  readonly access_token: string;
  readonly refresh_token?: string;
  readonly id_token?: string;
  readonly client_info?: string;
}

export type Grant = (request: TokenRequest) => Promise<TokenResponse>;

export interface UserIssue {
  readonly user: TenantUser;
  readonly proof: Proof;
  readonly scopes: ResourceScopes;
  /** The sign-in scopes of this request. */
  readonly openId: readonly OpenIdScope[];
  /** Those of the sign-in it goes back to: `openid` brings an id token, `offline_access` a refresh token, asked for again or not. */
  readonly remembered?: readonly OpenIdScope[];
  readonly refresh: RefreshToken['kind'];
  readonly nonce?: string;
}

const HOUR = 3_600;

/** Seconds: 60 to 90 minutes, 20 to 28 hours for clients that can be told of a revocation, or what the tenant's policy says (FACTS.md A9). */
function lifetime({ directory }: EntraContext, { continuousAccess }: ClaimsRequest): number {
  const [from, to] = continuousAccess ? [20 * HOUR, 28 * HOUR] : [HOUR, 1.5 * HOUR];
  return directory.tenant.accessTokenLifetime ?? Math.floor(from + Math.random() * (to - from));
}

const expiry = (expiresIn: number): Pick<TokenResponse, 'expires_in' | 'ext_expires_in' | 'refresh_in'> => ({
  expires_in: expiresIn,
  ext_expires_in: expiresIn,
  // Long ones are to be renewed at half their life.
  ...(expiresIn >= 2 * HOUR && { refresh_in: Math.floor(expiresIn / 2) }),
});

/** A token for an app that acts as itself: no refresh token, no scope, no id token (FACTS.md A2). */
export async function issueForApp({ context, client, claims }: TokenRequest, resource: Resource): Promise<TokenResponse> {
  const expiresIn = lifetime(context, claims);
  const issued = await issueToken({ context, client, claims }, resource, { expiresIn });
  return { token_type: 'Bearer', ...expiry(expiresIn), access_token: issued.token };
}

/** A token for an app that acts for a user. Throws when there is no consent. */
export async function issueForUser(request: TokenRequest, { user, proof, scopes, openId, remembered = [], refresh, nonce }: UserIssue): Promise<TokenResponse> {
  const { context, client, claims, form } = request;
  const names = consentedNames(context.directory, client.app, user, scopes);
  const shown = openId.filter((scope) => scope !== 'offline_access');
  const expiresIn = lifetime(context, claims);
  const scp = [...names, ...(scopes.resource.api === 'graph' ? shown : [])];
  const issued = await issueToken(request, scopes.resource, { expiresIn, user, scopes: scp, amr: proof.amr });
  const known = [...new Set([...openId, ...remembered])];
  const refreshToken = known.includes('offline_access')
    ? context.grants.refreshTokens.add({ clientId: client.app.clientId, kind: refresh, proof, openId: known, issuedAt: context.clock.now(), beside: pick(issued.claims) })
    : undefined;
  return {
    token_type: 'Bearer',
    scope: [...askedScopes(scopes, names), ...shown].join(' '),
    ...expiry(expiresIn),
    access_token: issued.token,
    ...(refreshToken !== undefined && { refresh_token: refreshToken }),
    ...(known.includes('openid') && { id_token: await idToken(request, user, openId, nonce) }),
    ...(form['client_info'] === '1' && { client_info: clientInfo(context, user) }),
  };
}

const pick = ({ oid, appid, iat, uti }: TokenClaims): RefreshToken['beside'] => ({ oid, iat, uti, ...(appid !== undefined && { appid }) });

interface TokenDetails {
  readonly expiresIn: number;
  readonly user?: TenantUser;
  readonly scopes?: readonly string[];
  readonly amr?: readonly string[];
}

function issueToken({ context, client, claims }: Pick<TokenRequest, 'context' | 'client' | 'claims'>, resource: Resource, { amr, ...details }: TokenDetails): Promise<IssuedToken> {
  return context.tokens.issue({
    app: client.app,
    resource: resource.api ?? 'graph',
    ...(resource.app && !details.user && { roles: [] }),
    ...details,
    clientCredential: client.credential,
    claims: {
      ...(resource.app && { aud: `api://${resource.app.clientId}` }),
      ...(amr && { amr }),
      ...(claims.continuousAccess && { xms_cc: ['cp1'] }),
    },
  });
}

/** As the client wrote them; `.default` becomes what it stood for. */
function askedScopes({ asked, names: wanted }: ResourceScopes, names: readonly string[]): readonly string[] {
  if (!wanted.includes('.default')) return asked;
  const prefix = (asked[0] ?? '').slice(0, -'.default'.length);
  return names.map((name) => `${prefix}${name}`);
}

/** base64url JSON from which MSAL makes its account (FACTS.md B4). */
export const clientInfo = ({ directory }: EntraContext, { id }: TenantUser): string => Buffer.from(JSON.stringify({ uid: id, utid: directory.tenant.id })).toString('base64url');

function idToken({ context, authority, client }: TokenRequest, user: TenantUser, openId: readonly OpenIdScope[], nonce: string | undefined): Promise<string> {
  const { id: tid } = context.directory.tenant;
  const now = Math.floor(context.clock.now().getTime() / 1_000);
  return context.tokens.sign({
    aud: client.app.clientId,
    iss: `${authority.base}/${tid}/v2.0`,
    iat: now,
    nbf: now,
    exp: now + HOUR,
    name: user.displayName,
    ...(nonce !== undefined && { nonce }),
    oid: user.id,
    preferred_username: user.userPrincipalName,
    ...(openId.includes('email') && { email: user.addresses[0] ?? user.userPrincipalName }),
    login_hint: user.userPrincipalName,
    // Pairwise: each app knows a user by another name.
    sub: createHash('sha256').update(`${client.app.clientId}/${user.id}`).digest('base64url'),
    tid,
    uti: crypto.randomUUID().replaceAll('-', '').slice(0, 22),
    ver: '2.0',
  });
}
