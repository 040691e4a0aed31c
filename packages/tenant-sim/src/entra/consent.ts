import type { AppRegistration } from '../directory/app.ts';
import type { Directory } from '../directory/directory.ts';
import type { TenantUser } from '../directory/user.ts';
import type { ResourceName } from '../tokens/resources.ts';
import { EntraError } from './error.ts';
import { type Permission, permission } from './permissions.ts';
import { nameOf, type ResourceScopes, type ScopeRequest } from './scopes.ts';

/** A delegated permission on one of Microsoft's APIs. */
export interface WantedScope {
  readonly resource: ResourceName;
  readonly permission: Permission;
}

const sameUser = (one: string | undefined, user: TenantUser): boolean => one === undefined || one.toLowerCase() === user.userPrincipalName.toLowerCase();

/** The permissions an app has for a user on one of Microsoft's APIs. */
export const grantedScopes = (app: AppRegistration, user: TenantUser, resource: ResourceName): readonly string[] => [
  ...new Set(app.scopes.filter((granted) => granted.resource === resource && sameUser(granted.user, user)).map(({ scope }) => scope)),
];

/** The permissions on Microsoft's APIs that a request means. The API of an app of this tenant needs no consent: whoever registered it let its clients in. */
export const wantedScopes = (app: AppRegistration, { resources }: Pick<ScopeRequest, 'resources'>): readonly WantedScope[] =>
  resources.flatMap(({ resource: { api }, names }) => {
    if (!api) return [];
    const wanted = names.includes('.default') ? app.requires.scopes.filter(({ resource }) => resource === api).map(({ scope }) => scope) : names;
    return wanted.flatMap((name) => permission(api, name) ?? []).map((found) => ({ resource: api, permission: found }));
  });

/** Those that nobody has given yet. */
export const missingScopes = (app: AppRegistration, user: TenantUser, request: Pick<ScopeRequest, 'resources'>): readonly WantedScope[] =>
  wantedScopes(app, request).filter(({ resource, permission: { name } }) => !grantedScopes(app, user, resource).includes(name));

/** Whether this user may give these permissions, by the tenant's policy and their own role. */
export function mayConsent({ tenant }: Directory, user: TenantUser, missing: readonly WantedScope[]): boolean {
  if (user.isAdmin) return true;
  if (tenant.userConsent === 'nothing' && missing.length > 0) return false;
  return missing.every(({ permission: { adminOnly, reachesMail } }) => !adminOnly && (tenant.userConsent === 'everything' || !reachesMail));
}

/** Nobody named: for everybody. */
export function recordConsent(directory: Directory, clientId: string, missing: readonly WantedScope[], user?: TenantUser): void {
  const app = directory.app(clientId);
  if (!app) return;
  const given = missing.map(({ resource, permission: { name } }) => ({ resource, scope: name, ...(user && { user: user.userPrincipalName }) }));
  directory.updateApp(clientId, { scopes: [...app.scopes, ...given] });
}

/** The names a token may carry. Throws AADSTS65001, 90094 and 650057: nobody is there to be asked. */
export function consentedNames(directory: Directory, app: AppRegistration, user: TenantUser, scopes: ResourceScopes): readonly string[] {
  const { resource: { api, app: own }, names } = scopes;
  const isDefault = names.includes('.default');
  if (!api) return isDefault ? own.exposes : names;
  const values = { client: app.clientId, name: app.displayName, tenant: directory.tenant.displayName, resource: nameOf(scopes.resource) };
  const granted = grantedScopes(app, user, api);
  const isListed = granted.length > 0 || app.requires.scopes.some(({ resource }) => resource === api);
  if (isDefault && !isListed) throw new EntraError(650057, { values });
  const missing = missingScopes(app, user, { resources: [scopes] });
  if (missing.length > 0) throw new EntraError(mayConsent(directory, user, missing) ? 65001 : 90094, { values });
  return isDefault ? granted : names;
}
