import { audiencesOf } from '../assertion.ts';
import { needsCredential } from '../client.ts';
import { EntraError } from '../error.ts';
import { required } from '../form.ts';
import { type Grant, issueForUser } from '../issue.ts';
import { activeUser, checkPolicies } from '../policy.ts';
import { oneResource, parseScopes } from '../scopes.ts';

/** An API that was called with a user's token asks for one to call on with (FACTS.md A6). */
export const onBehalfOf: Grant = async (request) => {
  const { client, claims, context, form } = request;
  const assertion = required(form, 'assertion');
  if (required(form, 'requested_token_use') !== 'on_behalf_of') throw new EntraError(90023, { values: { reason: "'requested_token_use' has to be 'on_behalf_of'." } });
  needsCredential(client);
  const { claims: caller, problem } = await context.tokens.verifyFor(assertion, audiencesOf(client.app));
  if (problem) throw refusalOf(problem);
  if (caller.idtyp === 'app') throw new EntraError(7000114, { values: { client: client.app.clientId } });
  const user = activeUser(context, caller.oid);
  const proof = { userId: user.id, amr: caller.amr?.includes('mfa') ? (['pwd', 'mfa'] as const) : (['pwd'] as const), at: new Date(caller.iat * 1_000) };
  const scopes = parseScopes(context.directory, required(form, 'scope'));
  checkPolicies(context, { app: client.app, user, proof, claims });
  return await issueForUser(request, { user, proof, scopes: oneResource(scopes), openId: scopes.openId, refresh: 'confidential' });
};

const REASONS: Readonly<Record<string, string>> = {
  empty: 'The assertion is empty.',
  malformed: 'The assertion is malformed.',
  signature: 'The signature could not be verified.',
  audience: 'Assertion audience does not match the Client app presenting the assertion.',
  issuer: 'The issuer is another one.',
};

function refusalOf(problem: string): EntraError {
  if (problem === 'expired' || problem === 'not-yet-valid') return new EntraError(500133);
  if (problem === 'revoked') return new EntraError(50173, { values: { issued: '' } });
  return new EntraError(50013, { values: { reason: REASONS[problem] ?? problem } });
}
