import { type CryptoKey, errors, exportJWK, generateKeyPair, type JWK, jwtVerify, SignJWT } from 'jose';
import type { TenantClock } from '../clock.ts';
import type { AppRegistration } from '../directory/app.ts';
import type { Directory } from '../directory/directory.ts';
import type { TenantUser } from '../directory/user.ts';
import type { TokenClaims } from './claims.ts';
import { RESOURCES, type ResourceName, resourceOf } from './resources.ts';

export interface TokenRequest {
  readonly app: AppRegistration;
  /** Absent: the app acts as itself. */
  readonly user?: TenantUser;
  readonly resource: ResourceName;
  /** Delegated permissions; what the app was granted unless told. */
  readonly scopes?: readonly string[];
  /** Application permissions; what the app was granted unless told. */
  readonly roles?: readonly string[];
  /** Seconds. Default 3,600; negative gives one that has expired. */
  readonly expiresIn?: number;
  readonly clientCredential?: 'none' | 'secret' | 'certificate';
  /** Claims beside or instead of the usual ones. */
  readonly claims?: Partial<TokenClaims>;
}

export interface IssuedToken {
  readonly token: string;
  readonly claims: TokenClaims;
  readonly expiresAt: Date;
}

/** What a revocation looks at. */
export type TokenIdentity = Pick<TokenClaims, 'oid' | 'appid' | 'iat' | 'uti'>;

export type TokenProblem = 'empty' | 'malformed' | 'signature' | 'expired' | 'not-yet-valid' | 'audience' | 'issuer' | 'revoked';
export type TokenCheck = { readonly claims: TokenClaims; readonly problem?: never } | { readonly problem: TokenProblem; readonly claims?: never };

/** Whose tokens a revocation is about; nothing named means everybody's. */
export interface TokenHolder {
  /** User principal name, address or object id. */
  readonly user?: string;
  readonly clientId?: string;
  /** Sign-ins go on: their refresh tokens bring new access tokens, as when Exchange refuses one by continuous access evaluation (FACTS.md A11). */
  readonly only?: 'access-tokens';
}

/** Access tokens as Entra signs them, and how the tenant's APIs look at them. */
export interface TokenService {
  /** The public keys, for Entra's JWKS document. */
  readonly jwks: { readonly keys: readonly JWK[] };
  readonly keyId: string;
  issue(request: TokenRequest): Promise<IssuedToken>;
  /** Signs anything else with the tenant's key, such as id tokens. */
  sign(claims: Readonly<Record<string, unknown>>): Promise<string>;
  /** Whether a token opens this resource now. */
  verify(token: string, resource: ResourceName): Promise<TokenCheck>;
  /** Whether a token is for an API of this tenant that goes by one of these names, as the assertions for on-behalf-of are. */
  verifyFor(token: string, audiences: readonly string[]): Promise<TokenCheck>;
  /** Whether the sign-in that these claims came with has been revoked since. */
  isRevoked(claims: TokenIdentity): boolean;
  /** Makes every token void that was given out until now. */
  revoke(holder?: TokenHolder): void;
}

interface Verified {
  readonly claims: TokenClaims;
  readonly problem?: TokenProblem;
}

/** Signatures once checked are remembered, for as many tokens: an API is asked thousands of times with one token. */
const REMEMBERED = 1_000;

export async function createTokenService({ clock, directory }: { readonly clock: TenantClock; readonly directory: Directory }): Promise<TokenService> {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
  const keyId = crypto.randomUUID().replaceAll('-', '');
  const jwk: JWK = { ...(await exportJWK(publicKey)), use: 'sig', alg: 'RS256', kid: keyId, x5t: keyId };
  const remembered = new Map<string, Verified>();
  const revocations: { readonly holder: TokenHolder; readonly at: number; readonly serial: number }[] = [];
  const serials = new Map<string, number>();
  let serial = 0;

  const seconds = (): number => Math.floor(clock.now().getTime() / 1_000);
  const sign = (claims: Readonly<Record<string, unknown>>): Promise<string> => new SignJWT({ ...claims }).setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: keyId, x5t: keyId }).sign(privateKey);
  // Seconds are too coarse to tell a token given out right after a revocation from one right before it.
  const isVoid = (claims: TokenIdentity, isMeant: (holder: TokenHolder) => boolean): boolean =>
    revocations.some(({ holder, at, serial: until }) => isMeant(holder) && isHolder(holder, claims, directory) && (serials.get(claims.uti) ?? (claims.iat <= at ? 0 : until)) < until);

  const check = async (token: string, isMeant: (audience: string) => boolean): Promise<TokenCheck> => {
    if (token === '') return { problem: 'empty' };
    const { claims, problem } = remembered.get(token) ?? remember(remembered, token, await checkSignature(token, publicKey));
    if (problem) return { problem };
    const now = seconds();
    if (claims.iss !== issuerOf(directory.tenant.id)) return { problem: 'issuer' };
    if (!isMeant(claims.aud)) return { problem: 'audience' };
    if (claims.exp <= now) return { problem: 'expired' };
    if (claims.nbf > now + CLOCK_SKEW) return { problem: 'not-yet-valid' };
    if (isVoid(claims, () => true)) return { problem: 'revoked' };
    return { claims };
  };

  return {
    jwks: { keys: [jwk] },
    keyId,
    sign,
    async issue(request) {
      const claims = claimsOf(request, directory.tenant.id, seconds());
      serials.set(claims.uti, (serial += 1));
      return { token: await sign({ ...claims }), claims, expiresAt: new Date(claims.exp * 1_000) };
    },
    verify: (token, resource) => check(token, (audience) => resourceOf(audience) === resource),
    verifyFor: (token, audiences) => check(token, (audience) => audiences.includes(audience)),
    isRevoked: (claims) => isVoid(claims, ({ only }) => only === undefined),
    revoke(holder = {}) {
      revocations.push({ holder, at: seconds(), serial: (serial += 1) });
    },
  };
}

/** Seconds by which Microsoft's APIs let clocks differ. */
const CLOCK_SKEW = 300;

const issuerOf = (tenantId: string): string => `https://sts.windows.net/${tenantId}/`;

function claimsOf({ app, user, resource, scopes, roles, expiresIn = 3_600, clientCredential = 'secret', claims }: TokenRequest, tid: string, now: number): TokenClaims {
  const issuedAt = expiresIn > 0 ? now : now + expiresIn - 60;
  const granted = roles ?? app.roles.filter((role) => role.resource === resource).map(({ role }) => role);
  const consented = scopes ?? app.scopes.filter((scope) => scope.resource === resource && (scope.user === undefined || scope.user === user?.userPrincipalName)).map(({ scope }) => scope);
  return {
    aud: RESOURCES[resource].audience,
    iss: issuerOf(tid),
    iat: issuedAt,
    nbf: issuedAt,
    exp: now + expiresIn,
    app_displayname: app.displayName,
    appid: app.clientId,
    appidacr: ({ none: '0', secret: '1', certificate: '2' } as const)[clientCredential],
    ...(user
      ? { idtyp: 'user', name: user.displayName, oid: user.id, sub: user.id, scp: consented.join(' '), unique_name: user.userPrincipalName, upn: user.userPrincipalName }
      : { idtyp: 'app', oid: app.servicePrincipalId, sub: app.servicePrincipalId, ...(granted.length > 0 && { roles: granted }) }),
    tid,
    uti: crypto.randomUUID().replaceAll('-', '').slice(0, 22),
    ver: '1.0',
    ...claims,
  };
}

async function checkSignature(token: string, key: CryptoKey): Promise<Verified> {
  try {
    // Times are compared by the caller, each time anew: by the tenant's clock.
    const { payload } = await jwtVerify(token, key, { algorithms: ['RS256'], currentDate: new Date(0), clockTolerance: Number.MAX_SAFE_INTEGER / 1_000 });
    return { claims: payload as unknown as TokenClaims };
  } catch (error) {
    const problem = error instanceof errors.JWSSignatureVerificationFailed ? 'signature' : 'malformed';
    return { claims: {} as TokenClaims, problem };
  }
}

function remember(remembered: Map<string, Verified>, token: string, verified: Verified): Verified {
  const [oldest] = remembered.keys();
  if (oldest !== undefined && remembered.size >= REMEMBERED) remembered.delete(oldest);
  remembered.set(token, verified);
  return verified;
}

function isHolder({ user, clientId }: TokenHolder, claims: TokenIdentity, directory: Directory): boolean {
  if (user !== undefined && directory.user(user)?.id !== claims.oid) return false;
  return clientId === undefined || clientId === claims.appid;
}
