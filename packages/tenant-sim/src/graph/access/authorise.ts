import type { AppRegistration } from '../../directory/app.ts';
import type { TenantUser } from '../../directory/user.ts';
import { accessDenied, outOfScope } from '../http/graph-error.ts';
import { PERMISSIONS, permissionsOfRole, type PermissionName } from './permissions.ts';
import type { Principal } from './principal.ts';

type Decision = 'allowed' | 'denied' | 'out-of-scope';

/** Throws unless the one who asks may do this to that mailbox. */
export function authorise(principal: Principal, permission: PermissionName, owner: TenantUser): void {
  const decision = decide(principal, permission, owner);
  if (decision === 'denied') throw accessDenied();
  if (decision === 'out-of-scope') throw outOfScope();
}

export const isAllowed = (principal: Principal, permission: PermissionName, owner: TenantUser): boolean => decide(principal, permission, owner) === 'allowed';

/**
 * The mailboxes an app reaches are the union of what Entra granted, which an Application Access Policy narrows,
 * and what RBAC for Applications granted (FACTS.md D3, E16).
 */
function decide(principal: Principal, permission: PermissionName, owner: TenantUser): Decision {
  const { app, user } = principal;
  if (user) return mayAsUser(principal, user, permission, owner) ? 'allowed' : 'denied';
  const inEntra = PERMISSIONS[permission].application.some((name) => principal.permissions.has(name));
  if (inEntra && policyAllows(app, owner)) return 'allowed';
  const inExchange = rolesFor(app, permission);
  if (inExchange.some(({ mailboxes }) => mailboxes === 'all' || includes(mailboxes, owner))) return 'allowed';
  return inEntra || inExchange.length > 0 ? 'out-of-scope' : 'denied';
}

/** One's own mailbox; others' with the `.Shared` form of a permission and Full Access. */
function mayAsUser({ permissions }: Principal, user: TenantUser, permission: PermissionName, owner: TenantUser): boolean {
  const { delegated } = PERMISSIONS[permission];
  if (user.id === owner.id) return delegated.some((name) => permissions.has(name) || permissions.has(`${name}.Shared`));
  const isDelegate = owner.delegates.some(({ who, right }) => (right === 'full-access' || permission === 'send') && [user.id, user.userPrincipalName.toLowerCase()].includes(who.toLowerCase()));
  return isDelegate && delegated.some((name) => permissions.has(`${name}.Shared`));
}

function policyAllows({ accessPolicy }: AppRegistration, owner: TenantUser): boolean {
  if (!accessPolicy) return true;
  return includes(accessPolicy.mailboxes, owner) === (accessPolicy.kind === 'restrict');
}

function rolesFor({ rbac }: AppRegistration, permission: PermissionName): AppRegistration['rbac'] {
  const wanted: readonly string[] = PERMISSIONS[permission].application;
  return rbac.filter(({ role }) => permissionsOfRole(role).some((name) => wanted.includes(name)));
}

const includes = (mailboxes: readonly string[], { id, addresses }: TenantUser): boolean => {
  const names = new Set([id, ...addresses].map((name) => name.toLowerCase()));
  return mailboxes.some((name) => names.has(name.toLowerCase()));
};
