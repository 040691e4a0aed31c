import type { Authority, EntraContext } from './context.ts';
import { EntraError } from './error.ts';
import type { Form } from './form.ts';

/** OpenID Connect Discovery 1.0 §3, as MSAL asks for it: the issuer shares the door's own address (FACTS.md B4). */
export function openIdConfiguration({ directory }: EntraContext, { base, name, kind }: Authority): Readonly<Record<string, unknown>> {
  const tenant = kind === 'tenant' ? directory.tenant.id : name;
  const root = `${base}/${tenant}`;
  return {
    token_endpoint: `${root}/oauth2/v2.0/token`,
    token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
    jwks_uri: `${root}/discovery/v2.0/keys`,
    response_modes_supported: ['query', 'fragment', 'form_post'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    response_types_supported: ['code'],
    scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    // Of the aliases it is a template, with the braces.
    issuer: `${base}/${kind === 'tenant' ? directory.tenant.id : '{tenantid}'}/v2.0`,
    request_uri_parameter_supported: false,
    authorization_endpoint: `${root}/oauth2/v2.0/authorize`,
    device_authorization_endpoint: `${root}/oauth2/v2.0/devicecode`,
    http_logout_supported: true,
    frontchannel_logout_supported: false,
    end_session_endpoint: `${root}/oauth2/v2.0/logout`,
    claims_supported: ['sub', 'iss', 'aud', 'exp', 'iat', 'nonce', 'preferred_username', 'name', 'tid', 'ver', 'email', 'oid'],
    claims_parameter_supported: true,
    code_challenge_methods_supported: ['plain', 'S256'],
    tenant_region_scope: kind === 'tenant' ? 'EU' : null,
    cloud_instance_name: 'microsoftonline.com',
    cloud_graph_host_name: 'graph.windows.net',
    msgraph_host: 'graph.microsoft.com',
    rbac_url: 'https://pas.windows.net',
  };
}

/** Which names an authority goes by. MSAL asks it of an authority that it does not know. */
export function instanceDiscovery(base: string, form: Form): Readonly<Record<string, unknown>> {
  const asked = form['authorization_endpoint'];
  if (asked === undefined) throw new EntraError(900144, { values: { name: 'authorization_endpoint' } });
  if (!URL.canParse(asked)) throw new EntraError(50049);
  const { host, pathname } = new URL(asked);
  const own = new URL(base).host;
  if (host !== own && host !== 'login.microsoftonline.com') throw new EntraError(50049);
  return {
    tenant_discovery_endpoint: `${base}/${pathname.split('/')[1] ?? 'common'}/v2.0/.well-known/openid-configuration`,
    'api-version': '1.1',
    metadata: [{ preferred_network: own, preferred_cache: own, aliases: [own] }],
  };
}
