import { checkPassword } from '../sign-in/password.ts';
import { needsCredential } from '../client.ts';
import { EntraError } from '../error.ts';
import { required } from '../form.ts';
import { type Grant, issueForUser } from '../issue.ts';
import { checkPolicies } from '../policy.ts';
import { oneResource, parseScopes } from '../scopes.ts';

/** A name and a password for a token. Nobody should; the service still lets accounts without a second factor. */
export const password: Grant = async (request) => {
  const { authority, client, claims, context, form } = request;
  if (authority.kind === 'common' || authority.kind === 'consumers') throw new EntraError(9001023);
  if (!client.app.publicClient) needsCredential(client);
  const scopes = parseScopes(context.directory, required(form, 'scope'));
  const user = checkPassword(context, client.app, required(form, 'username'), required(form, 'password'));
  const proof = { userId: user.id, amr: ['pwd'] as const, at: context.clock.now() };
  checkPolicies(context, { app: client.app, user, proof, claims });
  return await issueForUser(request, { user, proof, scopes: oneResource(scopes), openId: scopes.openId, refresh: client.credential === 'none' ? 'public' : 'confidential' });
};
