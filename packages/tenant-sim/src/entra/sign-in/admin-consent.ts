import type { AppRegistration, GrantedRole, GrantedScope } from '../../directory/app.ts';
import type { Directory } from '../../directory/directory.ts';
import type { TenantUser } from '../../directory/user.ts';
import { findApp } from '../authority.ts';
import type { EntraContext } from '../context.ts';
import { permission } from '../permissions.ts';
import { parseScopes, type ScopeRequest } from '../scopes.ts';
import { type Answer, sendBack } from './answer.ts';
import type { PageRequest } from './authorize.ts';
import type { ConsentQuestion, SignInGoal } from './flow.ts';
import { findRedirect } from './redirect-uri.ts';
import { advance } from './steps.ts';

interface Wanted {
  readonly roles: readonly GrantedRole[];
  readonly scopes: readonly GrantedScope[];
}

/**
 * An administrator grants an app what it needs, for everybody (FACTS.md A1). The older form grants what the registration
 * lists, the newer one what `scope` names.
 */
export async function adminConsent(request: PageRequest, version: 1 | 2): Promise<Answer> {
  const { context, authority, form, session } = request;
  const app = findApp(context.directory, authority, form['client_id']);
  const redirect = findRedirect(app, form['redirect_uri']);
  const scopes = version === 2 ? parseScopes(context.directory, form['scope'] ?? 'https://graph.microsoft.com/.default') : undefined;
  const send = (parameters: Readonly<Record<string, string | undefined>>): Answer => sendBack(redirect.uri, 'query', { ...parameters, state: form['state'] });
  const goal: SignInGoal = {
    clientId: app.clientId,
    claims: { continuousAccess: false, strong: false },
    consent: (current, user) => question(context, current, user, wantedBy(current, scopes)),
    complete: () => send({ admin_consent: 'True', tenant: context.directory.tenant.id, scope: version === 2 ? form['scope'] : undefined }),
    fail: () => send({ error: 'permission_denied', error_description: 'The admin canceled the request' }),
  };
  const flow = context.flows.start(goal, { prompt: 'select_account' });
  return await advance({ context, flow, session });
}

function wantedBy({ requires }: AppRegistration, request: ScopeRequest | undefined): Wanted {
  if (!request) return requires;
  const parts = request.resources.flatMap(({ resource: { api }, names }): Wanted[] => {
    if (!api) return [];
    if (!names.includes('.default')) return [{ roles: [], scopes: names.map((scope) => ({ resource: api, scope })) }];
    return [{ roles: requires.roles.filter(({ resource }) => resource === api), scopes: requires.scopes.filter(({ resource }) => resource === api) }];
  });
  return { roles: parts.flatMap(({ roles }) => roles), scopes: parts.flatMap(({ scopes }) => scopes) };
}

const question = ({ directory }: EntraContext, app: AppRegistration, user: TenantUser, wanted: Wanted): ConsentQuestion => ({
  title: 'Permissions requested: review for your organization',
  permissions: [
    ...wanted.roles.map(({ role }) => ({ title: role, text: 'Application permission: for every mailbox of your organization, without a signed-in user.' })),
    ...wanted.scopes.map(({ resource, scope }) => ({ title: permission(resource, scope)?.title ?? scope, text: `${scope}, for every user of your organization.` })),
  ],
  allowed: user.isAdmin,
  forAll: false,
  accept: () => grant(directory, app, wanted),
});

function grant(directory: Directory, app: AppRegistration, { roles, scopes }: Wanted): void {
  const newRoles = roles.filter(({ resource, role }) => !app.roles.some((given) => given.resource === resource && given.role === role));
  const newScopes = scopes.filter(({ resource, scope }) => !app.scopes.some((given) => given.resource === resource && given.scope === scope && given.user === undefined));
  directory.updateApp(app.clientId, { roles: [...app.roles, ...newRoles], scopes: [...app.scopes, ...newScopes] });
}
