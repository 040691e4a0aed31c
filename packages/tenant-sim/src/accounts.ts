import type { NewApp } from './directory/app.ts';
import type { NewTenant } from './directory/directory.ts';
import type { Delegate, NewUser } from './directory/user.ts';

/** Who is in a tenant from the start. */
export interface Population {
  readonly tenant?: NewTenant;
  readonly users?: readonly NewUser[];
  readonly apps?: readonly NewApp[];
}

/** The tenant of the documentation: an administrator, three people, a shared mailbox that one of them may open, an adapter with a secret. */
export function contoso(now: Date): Population {
  const domain = 'contoso.test';
  const servicePrincipalId = '00000000-0000-0000-0000-000000000002';
  const adapter: readonly Delegate[] = [
    { who: servicePrincipalId, right: 'full-access' },
    { who: servicePrincipalId, right: 'send-as' },
  ];
  return {
    tenant: { domain: 'contoso.onmicrosoft.com', acceptedDomains: [domain] },
    users: [
      { userPrincipalName: `sales@${domain}`, displayName: 'Sales', password: 'sales-password', delegates: adapter },
      { userPrincipalName: `support@${domain}`, displayName: 'Support', password: 'support-password', delegates: adapter },
      { userPrincipalName: `scanner@${domain}`, displayName: 'Scanner', password: 'scanner-password', delegates: adapter },
      {
        userPrincipalName: `shared@${domain}`,
        displayName: 'Shared',
        kind: 'shared',
        delegates: [
          ...adapter,
          { who: `sales@${domain}`, right: 'full-access' },
          { who: `sales@${domain}`, right: 'send-as' },
        ],
      },
      { userPrincipalName: `admin@${domain}`, displayName: 'Administrator', password: 'admin-password', isAdmin: true, licensed: false },
    ],
    apps: [
      {
        clientId: '00000000-0000-0000-0000-000000000001',
        servicePrincipalId,
        displayName: 'Mail adapter',
        publicClient: true,
        secrets: [{ id: crypto.randomUUID(), value: 'adapter-secret', expiresAt: new Date(now.getTime() + 180 * 86_400_000) }],
        redirectUris: [
          { platform: 'web', uri: 'http://localhost:3000/callback' },
          { platform: 'native', uri: 'http://localhost' },
        ],
        roles: [
          { resource: 'graph', role: 'Mail.ReadWrite' },
          { resource: 'graph', role: 'Mail.Send' },
          { resource: 'exchange', role: 'IMAP.AccessAsApp' },
          { resource: 'exchange', role: 'SMTP.SendAsApp' },
        ],
        scopes: [
          { resource: 'graph', scope: 'Mail.ReadWrite' },
          { resource: 'graph', scope: 'Mail.Send' },
          { resource: 'exchange', scope: 'IMAP.AccessAsUser.All' },
          { resource: 'exchange', scope: 'SMTP.Send' },
        ],
      },
    ],
  };
}
