import { createHash } from 'node:crypto';
import { forbidsCredential, needsCredential } from '../client.ts';
import { EntraError } from '../error.ts';
import { required } from '../form.ts';
import { type AuthorizationCode, CODE_LIFETIME, type RefreshToken } from '../grant-store.ts';
import { type Grant, issueForUser, type TokenRequest } from '../issue.ts';
import { activeUser, checkPolicies } from '../policy.ts';
import { oneResource, parseScopes, type ScopeRequest } from '../scopes.ts';

const KINDS = { web: 'confidential', native: 'public', spa: 'spa' } as const satisfies Record<AuthorizationCode['redirect']['platform'], RefreshToken['kind']>;

/** What the sign-in page sent to the app, for tokens (FACTS.md A3). */
export const authorizationCode: Grant = async (request) => {
  const { client, claims, context, form } = request;
  const code = context.grants.codes.get(required(form, 'code'));
  if (!code) throw new EntraError(9002313);
  checkCode(request, code);
  checkVerifier(form['code_verifier'], code.challenge);
  code.redeemed = true;
  const { proof, nonce } = code;
  const user = activeUser(context, proof.userId);
  const scopes = scopesOf(request, code);
  checkPolicies(context, { app: client.app, user, proof, claims });
  return await issueForUser(request, { user, proof, scopes: oneResource(scopes), openId: scopes.openId, remembered: code.scopes.openId, refresh: KINDS[code.redirect.platform], ...(nonce !== undefined && { nonce }) });
};

function checkCode({ authority, client, context, form, origin }: TokenRequest, code: AuthorizationCode): void {
  const values = { client: client.app.clientId, redirect: form['redirect_uri'] ?? '' };
  if (code.clientId !== client.app.clientId) throw new EntraError(70000);
  if (code.authority.kind === 'tenant' && authority.kind !== 'tenant') throw new EntraError(700005);
  if (code.redeemed) throw new EntraError(54005);
  if (code.issuedAt.getTime() + CODE_LIFETIME <= context.clock.now().getTime()) throw new EntraError(70008);
  if (required(form, 'redirect_uri') !== code.redirect.uri) throw new EntraError(50011, { values });
  if (code.redirect.platform === 'web') needsCredential(client);
  else forbidsCredential(client);
  if (code.redirect.platform === 'spa' && origin === undefined) throw new EntraError(9002327);
}

function checkVerifier(verifier: string | undefined, challenge: AuthorizationCode['challenge']): void {
  if (!challenge) return;
  const derived = verifier === undefined || challenge.method === 'plain' ? verifier : createHash('sha256').update(verifier).digest('base64url');
  if (derived !== challenge.value) throw new EntraError(501481);
}

/** /authorize may span resources, /token may not: without a scope of its own, the first one is meant. */
function scopesOf({ context, form }: TokenRequest, code: AuthorizationCode): ScopeRequest {
  if (form['scope'] !== undefined) return parseScopes(context.directory, form['scope']);
  return { ...code.scopes, resources: code.scopes.resources.slice(0, 1) };
}
