import { CLOUDS } from '../clouds.ts';
import { uses } from '../plan.ts';
import { APP_NAME } from '../powershell.ts';
import { SOURCES } from '../sources.ts';
import type { StepTemplate } from '../step.ts';

export const registerApplication: StepTemplate = {
  id: 'register-application',
  applies: ({ credential }) => credential !== 'managed-identity',
  write: ({ clientId, cloud }) => {
    const { portal, title } = CLOUDS[cloud];
    return {
      title: clientId === undefined ? 'Register the application' : 'Look at the registered application',
      who: 'entra',
      why: `One application id is enough for every flow and mailbox of the organisation.${cloud === 'global' ? '' : ` An application of another cloud is not valid in ${title}: register it there.`}`,
      portal: [
        `Open ${portal} > Entra ID > App registrations.`,
        ...(clientId === undefined
          ? [`New registration: name "${APP_NAME}", supported account types "Accounts in this organizational directory only", no redirect URI yet, Register.`, 'Copy the application (client) id from the overview into the configuration.']
          : [`Open the application with the client id ${clientId}; it has to be in this tenant.`]),
      ],
      script: clientId === undefined ? ['$AppId = az ad app create --display-name $AppName --sign-in-audience AzureADMyOrg --query appId --output tsv', 'Write-Output "Application id: $AppId"'] : ['az ad app show --id $AppId --query displayName --output tsv'],
      tools: ['azure-cli'],
      sources: [SOURCES.clientCredentials, ...(cloud === 'global' ? [] : [SOURCES.nationalClouds])],
    };
  },
};

export const enterpriseApplication: StepTemplate = {
  id: 'enterprise-application',
  applies: () => true,
  write: ({ credential }) => ({
    title: 'Make sure that the enterprise application exists',
    who: 'entra',
    why: 'It is what permissions are granted to. Its object id, not the one of the app registration, is what Exchange wants: the wrong one is a failure to sign in that says nothing about its reason.',
    portal: ['Open Entra ID > Enterprise applications and find the application by its id. The portal makes it together with the registration.', 'Note its object id.'],
    script: [
      `$ServicePrincipalId = az ad sp list --filter "appId eq '$AppId'" --query '[0].id' --output tsv`,
      ...(credential === 'managed-identity' ? [] : ['if (-not $ServicePrincipalId) { $ServicePrincipalId = az ad sp create --id $AppId --query id --output tsv }']),
      'Write-Output "Object id of the enterprise application: $ServicePrincipalId"',
    ],
    tools: ['azure-cli'],
    sources: [SOURCES.servicePrincipal, SOURCES.imapOauth],
  }),
};

export const publicClient: StepTemplate = {
  id: 'public-client',
  applies: (plan) => uses(plan, 'o365-on-behalf-of'),
  write: () => ({
    title: 'Let people sign in',
    who: 'entra',
    why: 'The browser comes back to http://localhost on the machine where somebody signs in; the device code needs "Allow public client flows". A redirect URI of the kind "Single-page application" will not do: its refresh tokens end after 24 hours.',
    portal: [
      'Open the app registration > Authentication > Add a platform > Mobile and desktop applications, and enter http://localhost.',
      'For sign-in with a device code: set "Allow public client flows" to Yes.',
    ],
    script: ['az ad app update --id $AppId --public-client-redirect-uris http://localhost --is-fallback-public-client true'],
    tools: ['azure-cli'],
    sources: [SOURCES.codeFlow, SOURCES.deviceCode, SOURCES.refreshTokens],
  }),
};
