import { isScoped, mailboxesOf, type SetupPlan, uses } from '../plan.ts';
import { APP_NAME, eachMailbox, GRAPH_API, graphAddress, list, quote } from '../powershell.ts';
import { SOURCES } from '../sources.ts';
import type { StepTemplate } from '../step.ts';
import { graphRoles } from './permissions.ts';

const SCOPE = `${APP_NAME} mailboxes`;

const graphMailboxes = (plan: SetupPlan): readonly string[] => mailboxesOf(plan, ['o365-client-credentials']);
const rbacRoles = (plan: SetupPlan): readonly string[] => graphRoles(plan).map((role) => `Application ${role}`);

export const exchangeServicePrincipal: StepTemplate = {
  id: 'exchange-service-principal',
  applies: (plan) => isScoped(plan) || uses(plan, 'o365-imap-client-credentials'),
  write: () => ({
    title: 'Make the application known to Exchange',
    who: 'exchange',
    why: 'Exchange grants rights to its own copy of the service principal. It takes the object id of the enterprise application.',
    script: ['if (-not (Get-ServicePrincipal | Where-Object AppId -eq $AppId)) {', '  New-ServicePrincipal -AppId $AppId -ObjectId $ServicePrincipalId -DisplayName $AppName', '}'],
    tools: ['exchange-online'],
    sources: [SOURCES.servicePrincipal, SOURCES.imapOauth],
  }),
};

export const noTenantWideGrant: StepTemplate = {
  id: 'no-tenant-wide-grant',
  applies: isScoped,
  write: (plan) => ({
    title: 'Take back what reaches every mailbox',
    who: 'entra',
    why: 'Rights of Entra and of Exchange add up: as long as Mail permissions are consented to in Entra, the scope in Exchange limits nothing. With the scope alone the token has no roles, and that is right. Where the application is in use already, wait two hours after granting the scope.',
    portal: [
      'Open the app registration > API permissions and remove every application permission of Microsoft Graph that begins with "Mail.".',
      'Open the enterprise application > Permissions and revoke those that are still listed there.',
    ],
    script: [
      ...graphAddress(plan),
      `$Api = az ad sp show --id ${quote(GRAPH_API)} --output json | ConvertFrom-Json # Microsoft Graph`,
      "$MailRoles = ($Api.appRoles | Where-Object value -like 'Mail.*').id",
      '$Assignments = "$Graph/v1.0/servicePrincipals/$ServicePrincipalId/appRoleAssignments"',
      'foreach ($Grant in (az rest --method GET --url $Assignments --resource $Graph --output json | ConvertFrom-Json).value) {',
      '  if ($MailRoles -contains $Grant.appRoleId) { az rest --method DELETE --url "$Assignments/$($Grant.id)" --resource $Graph }',
      '}',
    ],
    tools: ['azure-cli'],
    sources: [SOURCES.rbac],
  }),
};

export const mailboxScope: StepTemplate = {
  id: 'mailbox-scope',
  applies: isScoped,
  write: (plan) => ({
    title: 'Grant the mailboxes, and no others',
    who: 'exchange',
    why: 'RBAC for Applications limits the application to the direct members of a group; members of groups within it do not count. It takes the place of Application Access Policies, of which no new ones should be made.',
    script: [
      `$Group = Get-DistributionGroup -Identity ${quote(SCOPE)} -ErrorAction SilentlyContinue`,
      `if (-not $Group) { $Group = New-DistributionGroup -Name ${quote(SCOPE)} -Type Security -MemberJoinRestriction Closed }`,
      '$Members = (Get-DistributionGroupMember -Identity $Group.DistinguishedName -ResultSize Unlimited).PrimarySmtpAddress',
      ...eachMailbox(graphMailboxes(plan), ['if ($Members -notcontains $Mailbox) { Add-DistributionGroupMember -Identity $Group.DistinguishedName -Member $Mailbox }']),
      `if (-not (Get-ManagementScope -Identity ${quote(SCOPE)} -ErrorAction SilentlyContinue)) {`,
      `  $Name = $Group.DistinguishedName.Replace("'", "''")`,
      `  New-ManagementScope -Name ${quote(SCOPE)} -RecipientRestrictionFilter "MemberOfGroup -eq '$Name'"`,
      '}',
      `foreach ($Role in ${list(rbacRoles(plan))}) {`,
      '  if (-not (Get-ManagementRoleAssignment -Identity "$AppName $Role" -ErrorAction SilentlyContinue)) {',
      `    New-ManagementRoleAssignment -Name "$AppName $Role" -App $ServicePrincipalId -Role $Role -CustomResourceScope ${quote(SCOPE)}`,
      '  }',
      '}',
    ],
    tools: ['exchange-online'],
    sources: [SOURCES.rbac, SOURCES.accessPolicy],
  }),
};

export const testMailboxScope: StepTemplate = {
  id: 'test-mailbox-scope',
  applies: isScoped,
  write: (plan) => ({
    title: 'See that the scope holds',
    who: 'exchange',
    why: 'InScope is True for these mailboxes, and has to be False for any other that you try. The command answers at once; Graph may go by what was before for 30 minutes to two hours.',
    script: eachMailbox(graphMailboxes(plan), ['Test-ServicePrincipalAuthorization -Identity $ServicePrincipalId -Resource $Mailbox | Format-Table']),
    tools: ['exchange-online'],
    sources: [SOURCES.testAuthorization, SOURCES.rbac],
  }),
};

/** Only as advice: for policies that are there from before. */
export const accessPolicy: StepTemplate = {
  id: 'access-policy',
  applies: () => false,
  write: (plan) => ({
    title: 'Look for an Application Access Policy',
    who: 'exchange',
    why: 'One from before may still shut the application out, whatever a scope grants. Where it says Denied, add the mailbox to the group of the policy, or remove the policy once the scope of RBAC for Applications is in place.',
    script: [
      'Get-ApplicationAccessPolicy | Where-Object AppId -eq $AppId | Format-List Identity, AccessRight, ScopeName',
      ...eachMailbox(graphMailboxes(plan), ['Test-ApplicationAccessPolicy -Identity $Mailbox -AppId $AppId']),
    ],
    tools: ['exchange-online'],
    sources: [SOURCES.accessPolicy, SOURCES.rbac],
  }),
};
