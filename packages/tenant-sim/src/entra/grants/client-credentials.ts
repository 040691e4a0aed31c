import { needsCredential } from '../client.ts';
import { EntraError } from '../error.ts';
import { required } from '../form.ts';
import { type Grant, issueForApp } from '../issue.ts';
import { oneResource, parseScopes } from '../scopes.ts';

/** An app as itself. It gets its token also when nothing was granted: then without `roles` (FACTS.md A2). */
export const clientCredentials: Grant = async (request) => {
  const { client, context, form } = request;
  needsCredential(client);
  const text = required(form, 'scope');
  const scopes = parseScopes(context.directory, text);
  const { resource, names } = oneResource(scopes);
  if (names.length !== 1 || names[0] !== '.default' || scopes.openId.length > 0) throw new EntraError(1002012, { values: { scope: text } });
  return await issueForApp(request, resource);
};
