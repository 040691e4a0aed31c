import { openTestHost, type World } from '@signalbox/conformance';
import type { CredentialKind } from '@signalbox/core';
import { issueFrom, openSecondDoor, smtpFaultsOf, startTenant, type Tenant } from '@signalbox/tenant-sim';
import { plugin } from '../src/index.ts';

const RECIPIENTS = ['ada@contoso.test', 'ben@contoso.test'] as const;
const MAX_BYTES = 5_000_000;

/** One tenant for all worlds, a mailbox for each: what is switched for one must not touch another. */
export const openTenant = (): Promise<Tenant> =>
  startTenant({
    doors: ['smtp'],
    mime: 'kept',
    tenant: { acceptedDomains: ['contoso.test'], limits: { messageBytes: MAX_BYTES } },
    users: RECIPIENTS.map((userPrincipalName) => ({ userPrincipalName })),
    apps: [{ scopes: [{ resource: 'exchange', scope: 'SMTP.Send' }] }],
  });

let worlds = 0;

export async function openTenantWorld(tenant: Tenant, credential: CredentialKind): Promise<World> {
  worlds += 1;
  const address = `case-${worlds}@contoso.test`;
  tenant.directory.addUser({ userPrincipalName: address });
  // Exchange Online files the Sent copy by itself.
  const config = { host: 'localhost', port: tenant.doors.smtp!.port, tls: 'starttls', ca: tenant.certificates.ca, sentCopy: 'automatic' };
  const host = await openTestHost({ plugin, mailbox: { id: 'case', address }, config, issuer: issueFrom(tenant, credential, address) });
  const { submitted, stored } = openSecondDoor(tenant, tenant.store.mailbox(address)!);
  return {
    ...host.world,
    transport: await host.open(),
    recipients: RECIPIENTS,
    sharesProcess: true,
    door: { submitted, stored },
    faults: { ...host.faults, ...smtpFaultsOf(tenant, address), refusedRecipient: 'nobody@contoso.test', foreignSender: RECIPIENTS[0], tooLarge: MAX_BYTES },
    async [Symbol.asyncDispose]() {
      await host[Symbol.asyncDispose]();
      tenant.directory.removeUser(address);
    },
  };
}
