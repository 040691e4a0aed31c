import type { AppRegistration } from '../../directory/app.ts';
import type { TenantUser } from '../../directory/user.ts';
import type { EntraContext } from '../context.ts';
import { EntraError } from '../error.ts';
import { activeUser } from '../policy.ts';

/** Finds the account somebody typed. Throws AADSTS50034, and 50020 for one of another organisation. */
export function findAccount({ directory }: EntraContext, app: AppRegistration, username: string): TenantUser {
  const user = directory.user(username);
  if (user) return user;
  const values = { user: username, tenant: directory.tenant.displayName, client: app.clientId };
  const domain = username.split('@').at(-1)?.toLowerCase() ?? '';
  const isOurs = directory.tenant.acceptedDomains.some((accepted) => accepted.toLowerCase() === domain);
  throw new EntraError(username.includes('@') && !isOurs ? 50020 : 50034, { values });
}

/** Throws AADSTS50126, 50053, 50055, 50057, 50034 and 50020. A wrong password tells nothing of the account's state. */
export function checkPassword(context: EntraContext, app: AppRegistration, username: string, password: string): TenantUser {
  const user = findAccount(context, app, username);
  if (user.lockedOut) throw new EntraError(50053);
  if (user.kind !== 'shared' && user.password !== password) throw new EntraError(50126);
  activeUser(context, user.id);
  if (user.passwordExpired) throw new EntraError(50055);
  return user;
}
