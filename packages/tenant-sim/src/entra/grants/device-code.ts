import { forbidsCredential, needsCredential } from '../client.ts';
import { EntraError } from '../error.ts';
import { required } from '../form.ts';
import { DEVICE_CODE_LIFETIME } from '../grant-store.ts';
import { type Grant, issueForUser } from '../issue.ts';
import { activeUser, checkPolicies } from '../policy.ts';
import { oneResource, parseScopes } from '../scopes.ts';

/** The poll of a device whose user signs in elsewhere (FACTS.md A5). */
export const deviceCode: Grant = async (request) => {
  const { client, claims, context, form } = request;
  if (client.app.publicClient) forbidsCredential(client);
  else needsCredential(client);
  const code = context.grants.deviceCodes.get(required(form, 'device_code'));
  if (!code || code.clientId !== client.app.clientId) throw new EntraError(70018);
  const { answer } = code;
  if (answer.kind === 'redeemed') throw new EntraError(70018);
  if (answer.kind === 'declined') throw new EntraError(70017);
  if (code.issuedAt.getTime() + DEVICE_CODE_LIFETIME <= context.clock.now().getTime()) throw new EntraError(70019);
  if (answer.kind === 'pending') throw new EntraError(70016);
  const { proof } = answer;
  const user = activeUser(context, proof.userId);
  checkPolicies(context, { app: client.app, user, proof, claims });
  code.answer = { kind: 'redeemed' };
  const scopes = form['scope'] === undefined ? code.scopes : parseScopes(context.directory, form['scope']);
  return await issueForUser(request, { user, proof, scopes: oneResource(scopes), openId: scopes.openId, refresh: client.credential === 'none' ? 'public' : 'confidential' });
};
