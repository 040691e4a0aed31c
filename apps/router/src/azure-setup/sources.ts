/** Where a statement comes from: Microsoft's own page, and the section of the collected facts that cites it. */
export interface Source {
  readonly fact: string;
  readonly title: string;
  readonly url: string;
}

const entra = (page: string): string => `https://learn.microsoft.com/entra/identity-platform/${page}`;
const exchangeClients = (page: string): string => `https://learn.microsoft.com/exchange/client-developer/legacy-protocols/${page}`;
const cmdlet = (name: string): string => `https://learn.microsoft.com/powershell/module/exchangepowershell/${name.toLowerCase()}`;

export const SOURCES = {
  clientCredentials: { fact: 'A2', title: 'Client credentials flow', url: entra('v2-oauth2-client-creds-grant-flow') },
  certificate: { fact: 'A2', title: 'Certificate credentials', url: entra('certificate-credentials') },
  codeFlow: { fact: 'A3', title: 'Authorization code flow', url: entra('v2-oauth2-auth-code-flow') },
  refreshTokens: { fact: 'A4', title: 'Refresh tokens', url: entra('refresh-tokens') },
  deviceCode: { fact: 'A5', title: 'Device authorization flow', url: entra('v2-oauth2-device-code') },
  imapOauth: { fact: 'A7, C3', title: 'OAuth for IMAP, POP and SMTP', url: exchangeClients('how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth') },
  consentPolicy: { fact: 'A7', title: 'Default consent policy, MC1163922', url: 'https://mc.merill.net/message/MC1163922' },
  adminConsent: { fact: 'A1', title: 'Tenant-wide admin consent', url: 'https://learn.microsoft.com/entra/identity/enterprise-apps/grant-admin-consent' },
  errorCodes: { fact: 'A10', title: 'AADSTS error codes', url: entra('reference-error-codes') },
  disabledApplication: { fact: 'A10', title: 'Disable sign-in to an application', url: 'https://learn.microsoft.com/entra/identity/enterprise-apps/disable-user-sign-in-portal' },
  managedIdentity: { fact: 'B6', title: 'Managed identities', url: 'https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/overview' },
  nationalClouds: { fact: 'A1, E15', title: 'National clouds', url: entra('authentication-national-cloud') },
  graphErrors: { fact: 'E13', title: 'Microsoft Graph error responses', url: 'https://learn.microsoft.com/graph/errors' },
  permissions: { fact: 'E16', title: 'Microsoft Graph permissions', url: 'https://learn.microsoft.com/graph/permissions-reference' },
  servicePrincipal: { fact: 'C3', title: 'New-ServicePrincipal', url: cmdlet('New-ServicePrincipal') },
  mailboxPermission: { fact: 'C3', title: 'Add-MailboxPermission', url: cmdlet('Add-MailboxPermission') },
  recipientPermission: { fact: 'C3', title: 'Add-RecipientPermission', url: cmdlet('Add-RecipientPermission') },
  smtpRbac: { fact: 'C3', title: 'SMTP with RBAC for Applications', url: exchangeClients('smtp-app-rbac-onboarding') },
  casMailbox: { fact: 'C4', title: 'Set-CASMailbox', url: cmdlet('Set-CASMailbox') },
  smtpAuth: { fact: 'C4', title: 'Authenticated SMTP', url: 'https://aka.ms/smtp_auth_disabled' },
  rbac: { fact: 'D3', title: 'RBAC for Applications', url: 'https://learn.microsoft.com/exchange/permissions-exo/application-rbac' },
  accessPolicy: { fact: 'D3', title: 'New-ApplicationAccessPolicy', url: cmdlet('New-ApplicationAccessPolicy') },
  testAuthorization: { fact: 'D3', title: 'Test-ServicePrincipalAuthorization', url: cmdlet('Test-ServicePrincipalAuthorization') },
} as const satisfies Readonly<Record<string, Source>>;
