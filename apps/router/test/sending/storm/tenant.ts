import type { SendingSettings } from '@signalbox/router';
import { type Fault, graphFaults, MINUTE, smtpFaults } from '../faults.ts';
import type { SendingPlace } from '../sending-world.ts';
import { openTenantWorld, tenantConfig } from '../tenant-world.ts';
import type { StormField } from './plan.ts';
import type { StormWorld } from './world.ts';

const addressOf = (mailbox: string): string => `${mailbox}@contoso.test`;
const isGraph = (mailbox: string): boolean => mailbox === 'sales' || mailbox === 'support';

/** Mailboxes of `tenantConfig` whose mail is provable: two through Graph, two by SMTP with a Sent that they read by IMAP. */
const FIELD: StormField<Fault> = {
  mailboxes: ['sales', 'shared', 'support', 'scanner'],
  faultsOf: (mailbox) => (isGraph(mailbox) ? graphFaults : smtpFaults)(addressOf(mailbox)).map(([, fault]) => fault),
  killedAt: ['claimed', 'staging', 'staged', 'at-wire', 'before-dot', 'before-send', 'answered', 'accepted'],
  frozenAt: ['before-dot', 'before-send'], // DESIGN.md section 7: what a frozen sender has left is one command
};

export async function openTenantStorm(settings: Partial<SendingSettings>, place: SendingPlace): Promise<StormWorld<Fault>> {
  const world = await openTenantWorld(settings, place);
  const { tenant } = world;
  const { url, secret } = tenant.doors.control!;
  const inFolder = (name: 'sentitems' | 'drafts'): number => FIELD.mailboxes.reduce((sum, id) => sum + (tenant.store.mailbox(addressOf(id))?.folder(name)?.messages.length ?? 0), 0);
  return {
    field: FIELD,
    sending: world.sending,
    clock: tenant.clock,
    recipient: 'ada@example.org',
    child: { config: tenantConfig(tenant), control: { url, secret, ca: tenant.certificates.ca } },
    begin(faults) {
      for (const [name, fault, times] of faults) tenant.faults.set(name, fault, { times });
    },
    async count() {
      tenant.clock.jump(11 * MINUTE);
      await tenant.mailFlow.idle();
      return {
        left: tenant.mailFlow.submitted.map(({ raw }) => /^Subject: (.*?)\r$/m.exec(raw.toString('latin1'))?.[1] ?? ''),
        copies: inFolder('sentitems'),
        drafts: inFolder('drafts'),
        strikes: tenant.faults.list().reduce((sum, { struck }) => sum + struck, 0),
      };
    },
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}
