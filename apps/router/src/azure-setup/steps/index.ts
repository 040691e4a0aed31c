import type { SetupPlan } from '../plan.ts';
import { type SetupStep, type StepTemplate, writeStep } from '../step.ts';
import { certificate, clientSecret, federated, managedIdentity, renewal } from './credential.ts';
import { accountState, conditionalAccess, enableApplication, fullAccessPerson, imapEnabled, mailboxExists, mailboxPermission, sendAs, sendAsPerson, smtpAuth } from './mailboxes.ts';
import { configuration, signIn, verify } from './operate.ts';
import { adminConsent, delegatedPermissions, exchangePermissions, graphPermissions } from './permissions.ts';
import { enterpriseApplication, publicClient, registerApplication } from './registration.ts';
import { accessPolicy, exchangeServicePrincipal, mailboxScope, noTenantWideGrant, testMailboxScope } from './scope.ts';

/** Every step there is, in the order in which they are done. */
export const STEPS: readonly StepTemplate[] = [
  managedIdentity,
  registerApplication,
  enterpriseApplication,
  publicClient,
  graphPermissions,
  exchangePermissions,
  delegatedPermissions,
  adminConsent,
  clientSecret,
  certificate,
  federated,
  exchangeServicePrincipal,
  mailboxScope,
  testMailboxScope,
  noTenantWideGrant,
  mailboxPermission,
  sendAs,
  imapEnabled,
  smtpAuth,
  sendAsPerson,
  fullAccessPerson,
  conditionalAccess,
  enableApplication,
  accountState,
  accessPolicy,
  mailboxExists,
  configuration,
  signIn,
  verify,
  renewal,
];

/** What has to be done for a plan, in order. */
export const stepsFor = (plan: SetupPlan): readonly SetupStep[] => STEPS.filter(({ applies }) => applies(plan)).map((template) => writeStep(template, plan));

/** One step by its name, whether or not the plan needs it. */
export function stepById(plan: SetupPlan, id: string): SetupStep | undefined {
  const template = STEPS.find((each) => each.id === id);
  return template && writeStep(template, plan);
}
