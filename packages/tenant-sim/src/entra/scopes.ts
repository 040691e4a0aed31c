import type { AppRegistration } from '../directory/app.ts';
import type { Directory } from '../directory/directory.ts';
import { RESOURCES, type ResourceName, resourceOf } from '../tokens/resources.ts';
import { EntraError } from './error.ts';
import { permission } from './permissions.ts';

export type OpenIdScope = 'openid' | 'profile' | 'email' | 'offline_access';

/** What a token is for: one of Microsoft's APIs, or an app of the tenant that exposes one. */
export type Resource = { readonly api: ResourceName; readonly app?: never } | { readonly app: AppRegistration; readonly api?: never };

/** Permissions on one resource. */
export interface ResourceScopes {
  readonly resource: Resource;
  /** Names as the tenant spells them, without the resource; `.default` for whatever is granted. */
  readonly names: readonly string[];
  /** As the client wrote them; the answer repeats it. */
  readonly asked: readonly string[];
}

/** What a `scope` parameter asks for. */
export interface ScopeRequest {
  readonly resources: readonly ResourceScopes[];
  readonly openId: readonly OpenIdScope[];
}

const OPEN_ID: readonly string[] = ['openid', 'profile', 'email', 'offline_access'] satisfies OpenIdScope[];
/** Microsoft's own hosts are known, so that a scope of another one there is a wrong value; a stranger's may be an API nobody installed yet. */
const MICROSOFT = /^https:\/\/([\w-]+\.)*(microsoft|office|office365|outlook|windows)\.(com|net)$/i;

/** Reads a `scope` parameter (FACTS.md A7). Throws AADSTS70011 and 500011. */
export function parseScopes(directory: Directory, scope: string): ScopeRequest {
  const words = scope.split(/\s+/).filter(Boolean);
  const openId = words.filter((word) => OPEN_ID.includes(word.toLowerCase())).map((word) => word.toLowerCase() as OpenIdScope);
  const resources = new Map<string, { readonly resource: Resource; readonly names: string[]; readonly asked: string[] }>();
  for (const word of words) {
    if (OPEN_ID.includes(word.toLowerCase())) continue;
    const { resource, name } = parseScope(directory, word);
    const entry = resources.get(keyOf(resource)) ?? { resource, names: [], asked: [] };
    entry.names.push(name);
    entry.asked.push(word);
    resources.set(keyOf(resource), entry);
  }
  for (const { names, asked } of resources.values()) {
    if (names.includes('.default') && names.length > 1) throw new EntraError(70011, { values: { scope: asked.join(' ') } });
  }
  return { resources: [...resources.values()], openId: [...new Set(openId)] };
}

/** The one resource that a token can be for; Graph when only sign-in scopes are asked for. Throws AADSTS700022. */
export function oneResource({ resources }: ScopeRequest): ResourceScopes {
  const [first, second] = resources;
  if (second) throw new EntraError(700022, { values: { scope: resources.flatMap(({ asked }) => asked).join(' ') } });
  return first ?? { resource: { api: 'graph' }, names: [], asked: [] };
}

export const keyOf = ({ api, app }: Resource): string => api ?? app.clientId;
/** What messages call it. */
export const nameOf = ({ api, app }: Resource): string => (api ? RESOURCES[api].audience : `api://${app.clientId}`);

function parseScope(directory: Directory, word: string): { readonly resource: Resource; readonly name: string } {
  const slash = word.lastIndexOf('/');
  const name = word.slice(slash + 1);
  const invalid = new EntraError(70011, { values: { scope: word } });
  if (name === '') throw invalid;
  const resource: Resource = slash < 0 ? { api: 'graph' } : findResource(directory, word.slice(0, slash).replace(/\/+$/, ''), invalid);
  if (name.toLowerCase() === '.default') return { resource, name: '.default' };
  const known = resource.api ? permission(resource.api, name)?.name : resource.app.exposes.find((exposed) => exposed.toLowerCase() === name.toLowerCase());
  if (known === undefined) throw invalid;
  return { resource, name: known };
}

function findResource(directory: Directory, identifier: string, invalid: EntraError): Resource {
  const api = resourceOf(identifier);
  if (api) return { api };
  const app = directory.app(identifier.replace(/^api:\/\//, ''));
  if (app) return { app };
  if (MICROSOFT.test(identifier)) throw invalid;
  throw new EntraError(500011, { values: { resource: identifier, tenant: directory.tenant.displayName } });
}
