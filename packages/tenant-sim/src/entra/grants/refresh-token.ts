import type { TenantUser } from '../../directory/user.ts';
import { forbidsCredential, needsCredential } from '../client.ts';
import type { EntraContext } from '../context.ts';
import { EntraError, timestampOf } from '../error.ts';
import { required } from '../form.ts';
import { REFRESH_TOKEN_IDLE, type RefreshToken, SPA_LIFETIME } from '../grant-store.ts';
import { type Grant, issueForUser } from '../issue.ts';
import { activeUser, checkPolicies } from '../policy.ts';
import { oneResource, parseScopes } from '../scopes.ts';

/** A new pair for an old one, which stays good: two processes may renew at once (FACTS.md A4). */
export const refreshToken: Grant = async (request) => {
  const { client, claims, context, form, origin } = request;
  const token = context.grants.refreshTokens.get(required(form, 'refresh_token'));
  if (!token) throw new EntraError(9002313);
  if (token.clientId !== client.app.clientId) throw new EntraError(70000);
  if (token.kind === 'confidential') needsCredential(client);
  else forbidsCredential(client);
  if (token.kind === 'spa' && origin === undefined) throw new EntraError(9002327);
  checkAge(context, token);
  const user = activeUser(context, token.proof.userId);
  checkRevocation(context, token, user);
  const scopes = parseScopes(context.directory, form['scope'] ?? 'openid profile offline_access');
  checkPolicies(context, { app: client.app, user, proof: token.proof, claims });
  return await issueForUser(request, { user, proof: token.proof, scopes: oneResource(scopes), openId: scopes.openId, remembered: token.openId, refresh: token.kind });
};

function checkAge({ clock, directory }: EntraContext, { kind, issuedAt, proof }: RefreshToken): void {
  const now = clock.now().getTime();
  const values = { issued: issuedAt.toISOString(), lifetime: '' };
  if (kind === 'spa' && now >= proof.at.getTime() + SPA_LIFETIME) throw new EntraError(700084, { values });
  if (now >= issuedAt.getTime() + REFRESH_TOKEN_IDLE) throw new EntraError(700082, { values });
  const { signInFrequency } = directory.tenant;
  if (signInFrequency !== undefined && now >= proof.at.getTime() + signInFrequency) throw new EntraError(70043, { values: { ...values, lifetime: `${Math.floor(signInFrequency / 1_000)} s` } });
}

/** An administrator ends them all, a new password those of public clients alone. */
function checkRevocation({ tokens }: EntraContext, { kind, issuedAt, beside }: RefreshToken, { sessionsRevokedAt, passwordChangedAt }: TenantUser): void {
  const isBefore = (instant: Date | undefined): boolean => instant !== undefined && issuedAt <= instant;
  const revoked = isBefore(sessionsRevokedAt) || (kind !== 'confidential' && isBefore(passwordChangedAt)) || tokens.isRevoked(beside);
  if (revoked) throw new EntraError(50173, { values: { issued: timestampOf(issuedAt) } });
}
