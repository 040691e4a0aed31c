import { parseClaims } from './claims-request.ts';
import { identifyClient } from './client.ts';
import type { Authority, EntraContext } from './context.ts';
import { EntraError } from './error.ts';
import { type Form, required } from './form.ts';
import { authorizationCode } from './grants/authorization-code.ts';
import { clientCredentials } from './grants/client-credentials.ts';
import { deviceCode } from './grants/device-code.ts';
import { onBehalfOf } from './grants/on-behalf-of.ts';
import { password } from './grants/password.ts';
import { refreshToken } from './grants/refresh-token.ts';
import type { Grant, TokenResponse } from './issue.ts';
import { refuseByFault } from './policy.ts';

const GRANTS: Readonly<Record<string, Grant>> = {
  client_credentials: clientCredentials,
  authorization_code: authorizationCode,
  refresh_token: refreshToken,
  'urn:ietf:params:oauth:grant-type:device_code': deviceCode,
  // MSAL Node's name for it (FACTS.md A5).
  device_code: deviceCode,
  'urn:ietf:params:oauth:grant-type:jwt-bearer': onBehalfOf,
  password,
};

/** One request for a token. Throws EntraError. */
export async function answerTokenRequest(context: EntraContext, authority: Authority, form: Form, origin?: string): Promise<TokenResponse> {
  const name = required(form, 'grant_type');
  const grant = GRANTS[name];
  if (!grant) throw new EntraError(70003, { values: { grant: name } });
  // An app's own token is of one directory; the aliases have none.
  if (name === 'client_credentials' && authority.kind !== 'tenant') throw new EntraError(authority.kind === 'organizations' ? 50059 : 9001023);
  const client = await identifyClient(context, authority, form);
  refuseByFault(context, 'token', client.app);
  const claims = parseClaims(form['claims']);
  return await grant({ context, authority, form, client, claims, ...(origin !== undefined && { origin }) });
}
