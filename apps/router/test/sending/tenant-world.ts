import type { Plugin } from '@signalbox/core';
import { plugin as entra } from '@signalbox/auth-entra';
import type { SendingSettings } from '@signalbox/router';
import { startTenant, type Tenant } from '@signalbox/tenant-sim';
import { plugin as graph } from '@signalbox/transport-graph';
import { plugin as imap } from '@signalbox/transport-imap';
import { plugin as smtp } from '@signalbox/transport-smtp';
import { openSendingWorld, type SendingWorld } from './sending-world.ts';

export const PLUGINS: readonly Plugin[] = [entra, graph, imap, smtp];

/** `sales` sends through Graph, `shared` by SMTP and reads by IMAP, `blind` by SMTP to a server of which nobody knows that it files copies, and reads nothing. */
export const tenantConfig = ({ doors, directory }: Pick<Tenant, 'doors' | 'directory'>): string => `network: { ca: ca.pem }
entra: { tenant: ${directory.tenant.domain}, clientId: 00000000-0000-0000-0000-000000000001, clientSecret: adapter-secret }
auth: { entra: { authority: 'https://localhost:${doors.entra!.port}' } }
servers:
  graph: { baseUrl: '${doors.graph!.baseUrl}' }
  imap: { host: localhost, port: ${doors.imap!.port}, tls: implicit }
  smtp: { host: localhost, port: ${doors.smtp!.port}, tls: starttls }
flows:
  blind: { send: { transport: smtp, auth: entra, settings: entra, transportOptions: { sentCopy: none }, authOptions: { grant: client-credentials } } }
mailboxes:
  - { id: sales, address: sales@contoso.test, flow: o365-client-credentials }
  - { id: shared, address: shared@contoso.test, flow: o365-imap-client-credentials }
  - { id: blind, address: support@contoso.test, send: blind }
`;

export interface TenantWorld extends SendingWorld {
  readonly tenant: Tenant;
  /** How often a mail with this subject has left the tenant's queue. */
  left(subject: string): number;
}

export async function openTenantWorld(settings: Partial<SendingSettings> = {}): Promise<TenantWorld> {
  const tenant = await startTenant();
  const { limits } = tenant.directory.tenant;
  tenant.directory.updateTenant({ limits: { ...limits, messagesPerMinute: 100_000, recipientsPerDay: 1_000_000 } });
  const world = await openSendingWorld({ clock: tenant.clock, plugins: PLUGINS, config: tenantConfig(tenant), files: { 'ca.pem': tenant.certificates.ca }, settings });
  return {
    ...world,
    tenant,
    left: (subject) => tenant.mailFlow.submitted.filter(({ raw }) => raw.includes(`Subject: ${subject}\r\n`)).length,
    async [Symbol.asyncDispose]() {
      await world[Symbol.asyncDispose]();
      await tenant[Symbol.asyncDispose]();
    },
  };
}
