import type { AppRegistration } from '../../directory/app.ts';
import type { TenantUser } from '../../directory/user.ts';
import { missingScopes, mayConsent, recordConsent, wantedScopes } from '../consent.ts';
import type { EntraContext } from '../context.ts';
import type { ScopeRequest } from '../scopes.ts';
import type { ConsentQuestion } from './flow.ts';

const OFFLINE = { title: 'Maintain access to data you have given it access to', text: 'Allows the app to see and update the data you gave it access to, even when you are not currently using the app.' };
const PROFILE = { title: 'View your basic profile', text: 'Allows the app to see your basic profile: name, picture, user name, email address.' };

/** What a user is asked for an app that wants to act for them: only what is new, unless `always`. */
export function delegatedConsent({ directory }: EntraContext, scopes: ScopeRequest, app: AppRegistration, user: TenantUser, always: boolean): ConsentQuestion | undefined {
  const missing = missingScopes(app, user, scopes);
  if (missing.length === 0 && !always) return undefined;
  const shown = always ? wantedScopes(app, scopes) : missing;
  return {
    title: 'Permissions requested',
    permissions: [
      ...shown.map(({ permission: { title, text } }) => ({ title, text })),
      ...(scopes.openId.includes('offline_access') ? [OFFLINE] : []),
      ...(scopes.openId.includes('profile') ? [PROFILE] : []),
    ],
    allowed: mayConsent(directory, user, missing),
    forAll: user.isAdmin,
    accept: (forAll) => recordConsent(directory, app.clientId, missing, forAll ? undefined : user),
  };
}
