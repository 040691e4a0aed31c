import { resolve } from 'node:path';
import type { Door, DoorName } from './door.ts';
import type { Tenant } from './tenant.ts';

/** What a person or a script needs to know of a running tenant. The passwords and secrets are its own, made up for tests. */
export interface TenantDescription {
  readonly tenant: { readonly id: string; readonly domain: string };
  readonly doors: Readonly<Partial<Record<DoorName, { readonly host: string; readonly port: number }>>>;
  readonly caFile: string;
  readonly accounts: readonly { readonly address: string; readonly password: string; readonly kind: string }[];
  readonly apps: readonly { readonly clientId: string; readonly displayName: string; readonly secret?: string }[];
}

export function describeTenant({ directory, doors }: Tenant, caFile: string): TenantDescription {
  return {
    tenant: { id: directory.tenant.id, domain: directory.tenant.domain },
    doors: Object.fromEntries((Object.entries(doors) as [DoorName, Door][]).map(([name, { port }]) => [name, { host: '127.0.0.1', port }])),
    caFile: resolve(caFile),
    accounts: directory.users().map(({ userPrincipalName, password, kind }) => ({ address: userPrincipalName, password, kind })),
    apps: directory.apps().map(({ clientId, displayName, secrets: [secret] }) => ({ clientId, displayName, ...(secret && { secret: secret.value }) })),
  };
}

export function describeForPeople({ tenant, doors, caFile, accounts, apps }: TenantDescription): string {
  const lines = [
    `Tenant ${tenant.domain} (${tenant.id})`,
    ...Object.entries(doors).map(([name, { host, port }]) => `  ${name.padEnd(6)} ${host}:${port}`),
    `CA certificate: ${caFile}`,
    ...accounts.map(({ address, password, kind }) => `  ${address}${kind === 'shared' ? ' (shared)' : `  password: ${password}`}`),
    ...apps.map(({ clientId, displayName, secret }) => `  app ${displayName}: ${clientId}${secret === undefined ? '' : `  secret: ${secret}`}`),
    'Ends with Ctrl-C.',
  ];
  return `${lines.join('\n')}\n`;
}
