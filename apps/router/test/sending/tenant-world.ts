import type { Plugin } from '@signalbox/core';
import { plugin as entra } from '@signalbox/auth-entra';
import { plugin as password } from '@signalbox/auth-password';
import type { SendingSettings } from '@signalbox/router';
import { startTenant, type Tenant } from '@signalbox/tenant-sim';
import { plugin as graph } from '@signalbox/transport-graph';
import { plugin as imap } from '@signalbox/transport-imap';
import { plugin as smtp } from '@signalbox/transport-smtp';
import { openSendingWorld, type SendingPlace, type SendingWorld } from './sending-world.ts';

export const PLUGINS: readonly Plugin[] = [entra, password, graph, imap, smtp];

/** `sales` and `support` send through Graph, `shared` and `scanner` by SMTP and read by IMAP, `blind` by SMTP to a server of which nobody knows that it files copies, and reads nothing. `crossed` sends by SMTP and reads through Graph. */
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
  - { id: support, address: support@contoso.test, flow: o365-client-credentials }
  - { id: scanner, address: scanner@contoso.test, flow: o365-imap-client-credentials }
  - { id: blind, address: blind@contoso.test, send: blind }
  - { id: crossed, address: crossed@contoso.test, receive: o365-client-credentials, send: o365-imap-client-credentials }
`;

export interface TenantWorld extends SendingWorld {
  readonly tenant: Tenant;
  /** How often a mail with this subject has left the tenant's queue. */
  left(subject: string): number;
}

export async function openTenantWorld(settings: Partial<SendingSettings> = {}, place?: SendingPlace): Promise<TenantWorld> {
  const tenant = await startTenant();
  const { limits } = tenant.directory.tenant;
  const scanner = tenant.directory.user('scanner@contoso.test');
  for (const name of ['blind', 'crossed']) tenant.directory.addUser({ userPrincipalName: `${name}@contoso.test`, delegates: scanner?.delegates ?? [] });
  tenant.directory.updateTenant({ limits: { ...limits, messagesPerMinute: 100_000, recipientsPerDay: 1_000_000 } });
  const world = await openSendingWorld({ clock: tenant.clock, plugins: PLUGINS, config: tenantConfig(tenant), files: { 'ca.pem': tenant.certificates.ca }, settings, ...(place && { place }) });
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

/** Less than a lease is trusted for without being confirmed, and longer steps once whoever worked has given it back. */
const STEPS_MS = [6_000, 6_000, 6_000, 60_000] as const;
/** A mail that is due and that nobody takes, for so long: somebody is dead or frozen, and their lease has to end. */
const STILL_MS = 1_500;

/** Lets time go on, while nobody has anything to do, until everything has come to an end. */
export async function settled(world: TenantWorld, ids: readonly string[], limitMs = 25_000): Promise<Record<string, number>> {
  const count = async (): Promise<Record<string, number>> => {
    const states = await Promise.all(ids.map((id) => world.sending.get(id).then((entry) => entry?.state)));
    return Object.fromEntries(Map.groupBy(states, String).entries().map(([state, all]) => [state, all.length]));
  };
  const endsAt = Date.now() + limitMs;
  let [step, changedAt] = [0, Date.now()];
  while (Date.now() < endsAt) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    const { scheduled = 0, queued = 0, attempting = 0, unknown = 0 } = await count();
    if (scheduled + queued + attempting + unknown === 0) break;
    if (attempting > 0) continue;
    const next = await world.store.outbox.nextDueInMs(); // 0 also while somebody looks for it
    const isStill = Date.now() - changedAt >= STILL_MS;
    if (next === 0) step = 0;
    if (next === 0 && !isStill) continue;
    world.tenant.clock.jump(isStill ? STEPS_MS[0] : Math.min(STEPS_MS[step] ?? STEPS_MS[3], next ?? STEPS_MS[3]));
    [step, changedAt] = [Math.min(step + 1, STEPS_MS.length - 1), Date.now()];
  }
  return count();
}
