import { decodeJwt } from 'jose';
import type { AppRegistration } from '../../directory/app.ts';
import type { TenantUser } from '../../directory/user.ts';
import type { TenantContext } from '../../door.ts';
import type { TokenClaims } from '../../tokens/claims.ts';
import type { TokenProblem } from '../../tokens/tokens.ts';
import { GraphError } from '../http/graph-error.ts';

/** Who asks: an app for itself, or for a user. */
export interface Principal {
  readonly app: AppRegistration;
  readonly user?: TenantUser;
  readonly claims: TokenClaims;
  readonly permissions: ReadonlySet<string>;
}

const REFUSED: Readonly<Record<TokenProblem, string>> = {
  empty: 'Access token is empty.',
  malformed: 'CompactToken parsing failed with error code: 80049217',
  signature: 'Access token validation failure. Invalid signature.',
  expired: 'Lifetime validation failed, the token is expired.',
  'not-yet-valid': 'Lifetime validation failed, the token is not yet valid.',
  audience: 'Access token validation failure. Invalid audience.',
  issuer: 'Access token validation failure. Invalid issuer.',
  revoked: 'Access token has been revoked.',
};

/** `{"access_token":{"acrs":{"essential":true,"value":"cp1"}}}`, as in Microsoft's documentation of claims challenges. */
const CLAIMS = 'eyJhY2Nlc3NfdG9rZW4iOnsiYWNycyI6eyJlc3NlbnRpYWwiOnRydWUsInZhbHVlIjoiY3AxIn19fQ==';
const AUTHORIZATION_URI = 'https://login.microsoftonline.com/common/oauth2/authorize';

const invalidToken = (message: string): GraphError =>
  new GraphError(401, 'InvalidAuthenticationToken', message, { 'WWW-Authenticate': `Bearer realm="", authorization_uri="${AUTHORIZATION_URI}", client_id="00000003-0000-0000-c000-000000000000"` });

/** FACTS.md A11. Only for clients that said they understand it. */
export const claimsChallenge = (): GraphError =>
  new GraphError(401, 'InvalidAuthenticationToken', 'Continuous access evaluation resulted in challenge with result: InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp.', {
    'WWW-Authenticate': `Bearer realm="", authorization_uri="${AUTHORIZATION_URI}", error="insufficient_claims", claims="${CLAIMS}"`,
  });

export const understandsChallenges = ({ xms_cc: capabilities }: Readonly<Record<string, unknown>> | TokenClaims): boolean =>
  Array.isArray(capabilities) && capabilities.some((one) => String(one).toLowerCase() === 'cp1');

/** Who a bearer token speaks for. */
export async function authenticate({ directory, tokens }: TenantContext, authorization: string | undefined): Promise<Principal> {
  const token = /^bearer\s*(.*)$/is.exec(authorization ?? '')?.[1]?.trim() ?? '';
  const { claims, problem } = await tokens.verify(token, 'graph');
  if (problem === 'revoked' && understandsChallenges(decodeJwt(token))) throw claimsChallenge();
  if (problem) throw invalidToken(REFUSED[problem]);
  const app = directory.app(claims.appid ?? claims.azp ?? '');
  if (!app?.enabled) throw invalidToken('The application that the token was issued to is unknown or disabled.');
  if (claims.idtyp === 'app') return { app, claims, permissions: new Set(claims.roles) };
  const user = directory.user(claims.oid);
  if (!user?.enabled) throw invalidToken('The user that the token was issued for is unknown or disabled.');
  return { app, user, claims, permissions: new Set(claims.scp?.split(' ')) };
}
