import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type SendChild, startSender, type Step } from './send-child.ts';
import { openTenantWorld, settled, tenantConfig, type TenantWorld } from './tenant-world.ts';

const mail = (subject: string) => ({ to: ['ada@example.org'], subject, text: 'Hello' });
/** A lease is over, by the tenant's clock. */
const LEASE_MS = 16_000;

const senderOf = ({ tenant, place }: TenantWorld, step: Step, signal: 'SIGKILL' | 'SIGSTOP'): SendChild => {
  const { url, secret } = tenant.doors.control!;
  return startSender({ step, signal, place, config: tenantConfig(tenant), control: { url, secret, ca: tenant.certificates.ca } });
};

/** As many mails as there are steps, and a sender that dies at each of them. */
async function killedAt(world: TenantWorld, mailbox: string, steps: readonly Step[]): Promise<readonly string[]> {
  const ids: string[] = [];
  for (const [index, step] of steps.entries()) {
    ids.push((await world.sending.send(mailbox, mail(`${mailbox} ${index}`))).id);
    await using sender = senderOf(world, step, 'SIGKILL');
    await sender.reached;
    world.tenant.clock.jump(LEASE_MS);
  }
  return ids;
}

describe('a sender that is killed at any step', { timeout: 120_000 }, () => {
  it.each([
    ['sales', ['claimed', 'staging', 'staged', 'at-wire', 'before-send', 'answered', 'accepted']],
    ['shared', ['claimed', 'at-wire', 'before-dot', 'accepted']],
  ] as const)('sends each mail of %s once', async (mailbox, steps) => {
    await using world = await openTenantWorld();
    const ids = await killedAt(world, mailbox, steps);
    await using _ = world.run();
    expect(await settled(world, ids)).toEqual({ sent: ids.length });
    expect(ids.map((_, index) => world.left(`${mailbox} ${index}`))).toEqual(ids.map(() => 1));
    const folders = world.tenant.store.mailbox(`${mailbox}@contoso.test`);
    expect([folders?.folder('sentitems')?.messages.length, folders?.folder('drafts')?.messages.length]).toEqual([ids.length, 0]);
  });

  it('doubles none where no copies are kept, and leaves what is unproven to a person', async () => {
    await using world = await openTenantWorld();
    const ids = await killedAt(world, 'blind', ['claimed', 'at-wire', 'before-dot', 'accepted']);
    await using _ = world.run();
    await settled(world, ids);
    const states = await Promise.all(ids.map(async (id) => (await world.sending.get(id))?.state));
    const left = ids.map((_, index) => world.left(`blind ${index}`));
    // Several are under way when one of them brings the sender down.
    expect(new Set(states)).toEqual(new Set(['sent', 'held']).intersection(new Set(states)));
    expect(left.filter((count) => count > 1)).toEqual([]);
    expect(left.filter((count, index) => count === 0 && states[index] !== 'held')).toEqual([]);
  });
});

describe('a sender that is frozen and woken after another took over', { timeout: 120_000 }, () => {
  it('has one command left at most, and each mail leaves once', async () => {
    await using world = await openTenantWorld();
    await using senders = new AsyncDisposableStack();
    const freeze = async (mailbox: string, step: Step): Promise<{ readonly id: string; readonly sender: SendChild }> => {
      const { id } = await world.sending.send(mailbox, mail(`${mailbox} frozen`));
      const sender = senders.use(senderOf(world, step, 'SIGSTOP'));
      await sender.reached;
      return { id, sender };
    };
    const frozen = [await freeze('sales', 'before-send'), await freeze('shared', 'before-dot'), await freeze('support', 'at-wire'), await freeze('scanner', 'at-wire')];
    await pause(11_000); // what a lease is trusted for: nothing but real time passes for who is frozen
    world.tenant.clock.jump(LEASE_MS);
    await using _ = world.run();
    const states = () => Promise.all(frozen.map(async ({ id }) => (await world.sending.get(id))?.state));
    while ((await states()).includes('attempting')) await pause(50);
    for (const { sender } of frozen) sender.wake();
    await pause(1500);
    expect(await settled(world, frozen.map(({ id }) => id), 75_000)).toEqual({ sent: 4 });
    expect(['sales', 'shared', 'support', 'scanner'].map((mailbox) => world.left(`${mailbox} frozen`))).toEqual([1, 1, 1, 1]);
  });
});
