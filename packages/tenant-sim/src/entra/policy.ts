import type { AppRegistration } from '../directory/app.ts';
import type { TenantUser } from '../directory/user.ts';
import { AADSTS } from './aadsts.ts';
import { challengeFor, type ClaimsRequest } from './claims-request.ts';
import type { EntraContext } from './context.ts';
import { EntraError, waitOf } from './error.ts';
import type { Proof } from './grant-store.ts';

export interface PolicyQuestion {
  readonly app: AppRegistration;
  readonly user: TenantUser;
  readonly proof: Pick<Proof, 'amr'>;
  readonly claims: ClaimsRequest;
}

/** The Conditional Access policy that claims challenges of this tenant name. */
const POLICY_ID = '9ab03e19-ed42-4168-b6b7-7001fb3e933a';

export type RefusingEndpoint = 'token' | 'authorize' | 'devicecode';

/** The fault that makes an endpoint answer with one code. */
export function refuseByFault({ clock, faults }: EntraContext, endpoint: RefusingEndpoint, app: AppRegistration, user?: TenantUser): void {
  const fault = faults.take('entra.refuse', { app: app.clientId, ...(user && { mailbox: user.userPrincipalName }) }, (options) => options.endpoint === endpoint);
  if (!fault) return;
  const isTransient = (AADSTS[fault.code]?.status ?? 0) >= 429;
  throw new EntraError(fault.code, {
    values: { client: app.clientId, name: app.displayName, tenant: 'the tenant', resource: 'the resource', ...(user && { user: user.userPrincipalName }) },
    ...(isTransient && fault.retryAfter !== undefined && waitOf(fault.retryAfter, clock.now())),
  });
}

/** The account itself: there, not switched off. Throws AADSTS50034 and 50057. */
export function activeUser({ directory }: EntraContext, key: string): TenantUser {
  const user = directory.user(key);
  if (!user) throw new EntraError(50034, { values: { user: key, tenant: directory.tenant.displayName } });
  if (!user.enabled || user.kind === 'shared') throw new EntraError(50057);
  return user;
}

/** A code for the second factor that a sign-in still lacks, if policies ask for one. */
export function missingFactor({ faults }: EntraContext, { app, user, proof, claims }: PolicyQuestion): EntraError | undefined {
  if (proof.amr.includes('mfa')) return undefined;
  const byPolicy = faults.take('entra.mfa-required', { app: app.clientId, mailbox: user.userPrincipalName }) !== undefined || claims.strong;
  const challenge = byPolicy ? { claims: challengeFor(claims, POLICY_ID) } : {};
  if (user.mfa === 'registration-required') return new EntraError(50079, challenge);
  return byPolicy || user.mfa === 'required' ? new EntraError(50076, challenge) : undefined;
}

/** Whatever stands between a sign-in of long ago and a token of today. */
export function checkPolicies(context: EntraContext, question: PolicyQuestion): void {
  refuseByFault(context, 'token', question.app, question.user);
  const missing = missingFactor(context, question);
  if (missing) throw missing;
}
