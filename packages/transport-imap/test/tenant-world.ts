import { openTestHost, type World } from '@signalbox/conformance';
import type { CredentialKind } from '@signalbox/core';
import { imapFaultsOf, issueFrom, openSecondDoor, startTenant, type Tenant } from '@signalbox/tenant-sim';
import { plugin } from '../src/index.ts';

/** One tenant for all worlds, a mailbox for each: what is switched for one must not touch another. */
export const openTenant = (): Promise<Tenant> =>
  startTenant({ doors: ['imap'], mime: 'kept', tenant: { acceptedDomains: ['contoso.test'] }, apps: [{ scopes: [{ resource: 'exchange', scope: 'IMAP.AccessAsUser.All' }] }] });

let worlds = 0;

export async function openTenantWorld(tenant: Tenant, credential: CredentialKind): Promise<World> {
  worlds += 1;
  const address = `case-${worlds}@contoso.test`;
  tenant.directory.addUser({ userPrincipalName: address });
  const mailbox = tenant.store.mailbox(address)!;
  const config = { host: 'localhost', port: tenant.doors.imap!.port, tls: 'implicit', ca: tenant.certificates.ca, pollIntervalMs: 100, folders: { archive: 'Archive' } };
  const host = await openTestHost({ plugin, mailbox: { id: 'case', address }, config, issuer: issueFrom(tenant, credential, address) });
  const { submitted: _, ...door } = openSecondDoor(tenant, mailbox);
  return {
    ...host.world,
    transport: await host.open(),
    recipients: ['ada@contoso.test', 'ben@contoso.test'],
    sharesProcess: true,
    door,
    faults: { ...host.faults, ...imapFaultsOf(tenant, mailbox) },
    async [Symbol.asyncDispose]() {
      await host[Symbol.asyncDispose]();
      tenant.directory.removeUser(address);
    },
  };
}
