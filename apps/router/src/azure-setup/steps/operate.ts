import { isConfidential, isScoped, mailboxesOf, SETUP_FLOWS, type SetupPlan, uses } from '../plan.ts';
import { placeholder } from '../powershell.ts';
import { SOURCES } from '../sources.ts';
import type { StepTemplate } from '../step.ts';

const CREDENTIAL_LINES: Readonly<Record<SetupPlan['credential'], readonly string[]>> = {
  'secret': ['  clientSecret: ${file:/run/secrets/entra-client-secret}', '  # secretExpiresAt: 2027-05-23   the day it ends: Entra tells nobody, so nobody is warned without it'],
  'certificate': ['  certificate: { certificate: signalbox.crt, privateKey: "${file:signalbox.key}" }'],
  'federated': ['  federated: { tokenFile: /var/run/secrets/azure/tokens/azure-identity-token }'],
  'managed-identity': ['  managedIdentity: {}'],
};

const yaml = (text: string): string => (/^[\w.@-]+$/.test(text) ? text : JSON.stringify(text));

export const configuration: StepTemplate = {
  id: 'configuration',
  applies: () => true,
  write: (plan) => {
    const { tenant, clientId, cloud, credential } = plan;
    return {
      title: 'Tell Signalbox',
      who: 'operator',
      why: 'Secrets stand in the configuration as references, never in clear text.',
      configuration: [
        'entra:',
        `  tenant: ${yaml(tenant ?? placeholder('domain of the tenant'))}`,
        `  clientId: ${yaml(clientId ?? placeholder('application id'))}`,
        ...(cloud === 'global' ? [] : [`  cloud: ${cloud}`]),
        ...(isConfidential(plan) ? CREDENTIAL_LINES[credential] : []),
        // So that a token without roles is not taken for a mistake, and a grant beside the scope is.
        ...(isScoped(plan) ? ['  expectRbac: true'] : []),
      ],
      commands: ['signalbox check'],
      sources: [SOURCES.clientCredentials],
    };
  },
};

const COMMANDS_SHOWN = 20;

export const signIn: StepTemplate = {
  id: 'sign-in',
  applies: (plan) => uses(plan, 'o365-on-behalf-of'),
  write: (plan) => {
    const mailboxes = mailboxesOf(plan, ['o365-on-behalf-of']);
    const shown = mailboxes.length > 0 ? mailboxes.slice(0, COMMANDS_SHOWN) : [placeholder('mailbox')];
    return {
      title: 'Sign in, once for each mailbox',
      who: 'operator',
      why: 'The owner of the mailbox signs in, or for a shared mailbox somebody who may open it. The sign-in holds until it is unused for 90 days or taken back.',
      commands: shown.map((mailbox) => `signalbox auth sign-in ${mailbox}`),
      sources: [SOURCES.codeFlow, SOURCES.refreshTokens],
    };
  },
};

export const verify: StepTemplate = {
  id: 'verify',
  applies: (plan) => SETUP_FLOWS.some((flow) => uses(plan, flow)),
  write: () => ({
    title: 'See that everything works',
    who: 'operator',
    why: 'It tries every mailbox in both directions, and names for each failure who has to do what.',
    commands: ['signalbox doctor', 'signalbox test incoming'],
    sources: [SOURCES.errorCodes],
  }),
};
