import { isConfidential, type SetupPlan, uses } from '../plan.ts';
import { addPermissions, EXCHANGE_API, GRAPH_API, graphAddress, list, quote } from '../powershell.ts';
import { SOURCES } from '../sources.ts';
import type { StepTemplate } from '../step.ts';

/** What the Graph flow needs: sending makes a draft first, which is writing. */
export const graphRoles = (plan: SetupPlan): readonly string[] => ['Mail.ReadWrite', ...(uses(plan, 'o365-client-credentials', 'send') ? ['Mail.Send'] : [])];

const exchangeRoles = (plan: SetupPlan): readonly string[] => [
  ...(uses(plan, 'o365-imap-client-credentials', 'receive') ? ['IMAP.AccessAsApp'] : []),
  ...(uses(plan, 'o365-imap-client-credentials', 'send') ? ['SMTP.SendAsApp'] : []),
];

const delegatedScopes = (plan: SetupPlan): readonly string[] => [
  ...(uses(plan, 'o365-on-behalf-of', 'receive') ? ['IMAP.AccessAsUser.All'] : []),
  ...(uses(plan, 'o365-on-behalf-of', 'send') ? ['SMTP.Send'] : []),
  'offline_access',
];

/** A managed identity has no registration to list permissions in: its roles are granted at once. */
const grantRoles = (plan: SetupPlan, api: string, title: string, names: readonly string[]): readonly string[] => [
  ...graphAddress(plan),
  `$Api = az ad sp show --id ${quote(api)} --output json | ConvertFrom-Json # ${title}`,
  '$File = New-TemporaryFile',
  `foreach ($Name in ${list(names)}) {`,
  '  $Role = ($Api.appRoles | Where-Object value -eq $Name).id',
  '  @{ principalId = $ServicePrincipalId; resourceId = $Api.id; appRoleId = $Role } | ConvertTo-Json | Set-Content -Path $File',
  '  az rest --method POST --url "$Graph/v1.0/servicePrincipals/$ServicePrincipalId/appRoleAssignments" --resource $Graph --headers Content-Type=application/json --body "@$File" --output none',
  '}',
];

const roles = (plan: SetupPlan, api: string, title: string, names: readonly string[]): readonly string[] =>
  plan.credential === 'managed-identity' ? grantRoles(plan, api, title, names) : addPermissions(api, title, 'Role', names);

export const graphPermissions: StepTemplate = {
  id: 'graph-permissions',
  applies: (plan) => uses(plan, 'o365-client-credentials') && plan.reach === 'organization',
  write: (plan) => ({
    title: 'Add the application permissions of Microsoft Graph',
    who: 'entra',
    why: 'They reach every mailbox of the organisation. To reach some mailboxes only, choose --reach mailboxes: Exchange then grants the same rights within a scope, and nothing is granted here.',
    portal: [`Open the app registration > API permissions > Add a permission > Microsoft Graph > Application permissions, and choose ${graphRoles(plan).join(' and ')}.`],
    script: roles(plan, GRAPH_API, 'Microsoft Graph', graphRoles(plan)),
    tools: ['azure-cli'],
    sources: [SOURCES.permissions, SOURCES.clientCredentials],
  }),
};

export const exchangePermissions: StepTemplate = {
  id: 'exchange-permissions',
  applies: (plan) => uses(plan, 'o365-imap-client-credentials'),
  write: (plan) => ({
    title: 'Add the application permissions of Exchange Online for IMAP and SMTP',
    who: 'entra',
    why: 'They let the application sign in by IMAP and SMTP. Which mailboxes it opens is decided in Exchange, mailbox by mailbox: IMAP knows neither RBAC for Applications nor Application Access Policies.',
    portal: [`Open the app registration > API permissions > Add a permission > APIs my organization uses > Office 365 Exchange Online > Application permissions, and choose ${exchangeRoles(plan).join(' and ')}.`],
    script: roles(plan, EXCHANGE_API, 'Office 365 Exchange Online', exchangeRoles(plan)),
    tools: ['azure-cli'],
    sources: [SOURCES.imapOauth, SOURCES.smtpRbac],
  }),
};

export const delegatedPermissions: StepTemplate = {
  id: 'delegated-permissions',
  applies: (plan) => uses(plan, 'o365-on-behalf-of'),
  write: (plan) => ({
    title: 'Add the delegated permissions for IMAP and SMTP',
    who: 'entra',
    why: 'With them Signalbox opens the mailbox of whoever signed in, and no other. offline_access is what keeps a sign-in alive for more than an hour.',
    portal: [`Open the app registration > API permissions > Add a permission > Microsoft Graph > Delegated permissions, and choose ${delegatedScopes(plan).join(', ')}.`],
    script: addPermissions(GRAPH_API, 'Microsoft Graph', 'Scope', delegatedScopes(plan)),
    tools: ['azure-cli'],
    sources: [SOURCES.imapOauth, SOURCES.refreshTokens],
  }),
};

const consents = (plan: SetupPlan): boolean =>
  uses(plan, 'o365-on-behalf-of') || (plan.credential !== 'managed-identity' && (uses(plan, 'o365-imap-client-credentials') || (uses(plan, 'o365-client-credentials') && plan.reach === 'organization')));

export const adminConsent: StepTemplate = {
  id: 'admin-consent',
  applies: consents,
  write: (plan) => ({
    title: 'Consent for the organisation',
    who: 'entra',
    why: [
      'Without it nobody is granted anything, whatever the registration lists.',
      ...(uses(plan, 'o365-on-behalf-of') ? ['Since the end of 2025 the default policy no longer lets people consent by themselves to applications that reach mail, also by IMAP.'] : []),
      ...(isConfidential(plan) ? ['Entra hands out a token for the application all the same, without any role in it; the refusal comes from the mail server.'] : []),
    ].join(' '),
    portal: [
      `Open the app registration > API permissions > Grant admin consent. ${uses(plan, 'o365-client-credentials') && plan.reach === 'organization' ? 'Application permissions of Microsoft Graph need a Privileged Role Administrator.' : 'A Cloud Application Administrator may do it.'}`,
      'Every permission of the list shows "Granted" afterwards.',
    ],
    // As of version 2.91 the Azure CLI refuses this command in national clouds.
    script: plan.cloud === 'global' ? ['az ad app permission admin-consent --id $AppId'] : ['Write-Output "Grant admin consent in the portal now: the Azure CLI cannot do it in this cloud."', 'Pause'],
    tools: ['azure-cli'],
    sources: [SOURCES.adminConsent, SOURCES.clientCredentials, ...(uses(plan, 'o365-on-behalf-of') ? [SOURCES.consentPolicy] : [])],
  }),
};
