import { describe, expect, it, vi } from 'vitest';
import { type Fault, graphFaults, MINUTE, smtpFaults } from './faults.ts';
import { openSendingWorld } from './sending-world.ts';
import { openTenantWorld, PLUGINS, settled, tenantConfig, type TenantWorld } from './tenant-world.ts';

/** How many mails meet all faults at once: `SIGNALBOX_SENDS=1000` for a long run. */
const SENDS = Number(process.env['SIGNALBOX_SENDS'] ?? 40);
const mail = (subject: string) => ({ to: ['ada@example.org'], subject, text: 'Hello', headers: { 'X-Own': 'stamp' } });
const stateOf = async ({ sending }: TenantWorld, id: string) => (await sending.get(id))?.state;
const becomes = (world: TenantWorld, id: string, state: string) => vi.waitFor(async () => expect(await stateOf(world, id)).toBe(state), { timeout: 10_000, interval: 20 });

/** Also what waits in the tenant's queue. */
async function allGone({ tenant }: TenantWorld): Promise<void> {
  tenant.clock.jump(11 * MINUTE);
  await tenant.mailFlow.idle();
}

const set = ({ tenant }: TenantWorld, [name, options, times]: Fault) => tenant.faults.set(name, options, { times });

describe.each([
  ['sales', graphFaults('sales@contoso.test')],
  ['shared', smtpFaults('shared@contoso.test')],
] as const)('a mail of %s', { timeout: 60_000 }, (mailbox, faults) => {
  it.each(faults)('leaves once after %s', async (_, fault) => {
    await using world = await openTenantWorld();
    set(world, fault);
    await using _running = world.run();
    const { id } = await world.sending.send(mailbox, mail('once'));
    expect(await settled(world, [id])).toEqual({ sent: 1 });
    await allGone(world);
    expect(world.left('once')).toBe(1);
    const sent = world.tenant.store.mailbox(`${mailbox}@contoso.test`);
    const inFolder = (folder: 'sentitems' | 'drafts') => sent?.folder(folder)?.messages.length;
    expect([inFolder('sentitems'), inFolder('drafts')]).toEqual([1, 0]); // one copy, and no draft left behind
  });

  it('leaves once, and so do all others, when everything goes wrong at the same time', { timeout: 60_000 + SENDS * 300 }, async () => {
    await using world = await openTenantWorld({ concurrency: 2 });
    for (const [, [name, options, times]] of faults) set(world, [name, options, times * Math.ceil(SENDS / 40)] as Fault);
    const ids: string[] = [];
    for (let count = 0; count < SENDS; count += 1) ids.push((await world.sending.send(mailbox, mail(`many ${count}`))).id);
    await using _running = world.run();
    expect(await settled(world, ids, 25_000 + SENDS * 200)).toEqual({ sent: SENDS });
    await allGone(world);
    expect(ids.map((_, count) => world.left(`many ${count}`))).toEqual(ids.map(() => 1));
  });
});

describe('a server that keeps no copies', { timeout: 60_000 }, () => {
  it.each([
    [true, 1],
    [false, 0],
  ])('leaves an unproven mail to a person and doubles none, when it was taken: %s', async (accepted, count) => {
    await using world = await openTenantWorld();
    world.tenant.faults.set('smtp.cut-after-data', { mailbox: 'blind@contoso.test', accepted }, { times: 1 });
    await using _ = world.run();
    const ids = [(await world.sending.send('blind', mail('first'))).id];
    for (let number = 0; number < 5; number += 1) ids.push((await world.sending.send('blind', mail(`other ${number}`))).id);
    expect(await settled(world, ids)).toEqual({ sent: 5, held: 1 });
    expect(ids.length - 1 + count).toBe(world.tenant.mailFlow.submitted.length);
  });
});

describe('a draft that is left when the mailbox sends another way', { timeout: 60_000 }, () => {
  it('is held for a person, and gone once they have it tried again: the mail leaves once', async () => {
    await using world = await openTenantWorld();
    const { tenant } = world;
    const graph = 'scanner@contoso.test, flow: o365-client-credentials';
    const openFor = (config: string) => openSendingWorld({ clock: tenant.clock, plugins: PLUGINS, config, files: { 'ca.pem': tenant.certificates.ca }, place: world.place });
    const fault = tenant.faults.set('http.drop-response', { mailbox: 'scanner@contoso.test', method: 'POST', path: '/send$', when: 'before' });
    const id = await (async () => {
      await using before = await openFor(tenantConfig(tenant).replace('scanner@contoso.test, flow: o365-imap-client-credentials', graph));
      await using _ = before.run();
      const submitted = await before.sending.send('scanner', mail('left as a draft'));
      await vi.waitFor(async () => expect((await before.sending.history(submitted.id)).map(({ what }) => what)).toContain('unclear'), { timeout: 10_000 });
      return submitted.id;
    })();
    fault[Symbol.dispose]();
    const inFolder = (name: 'sentitems' | 'drafts') => tenant.store.mailbox('scanner@contoso.test')?.folder(name)?.messages.length;
    expect([world.left('left as a draft'), inFolder('drafts')]).toEqual([0, 1]);

    await using _ = world.run();
    expect(await settled(world, [id], 40_000)).toEqual({ held: 1 });
    expect([world.left('left as a draft'), inFolder('drafts')]).toEqual([0, 1]);
    await world.sending.retry(id);
    await becomes(world, id, 'sent');
    await allGone(world);
    expect([world.left('left as a draft'), inFolder('drafts'), inFolder('sentitems')]).toEqual([1, 0, 1]);
    expect((await world.sending.get(id))?.route?.transport).toBe('smtp');
  });
});

describe('a door that shows other Message-IDs than the mail had', { timeout: 60_000 }, () => {
  it.each([
    [true, 'held', 1],
    [false, 'sent', 1],
  ])('sends nothing again that may lie in Sent under another id, when it was taken: %s', async (accepted, state, count) => {
    await using world = await openTenantWorld();
    world.tenant.faults.set('door.message-id', { door: 'imap', as: 'rewritten', mailbox: 'shared@contoso.test' });
    await using _ = world.run();
    const { id: other } = await world.sending.send('shared', mail('another'));
    await becomes(world, other, 'sent');
    world.tenant.faults.set('smtp.cut-after-data', { mailbox: 'shared@contoso.test', accepted }, { times: 1 });
    const { id } = await world.sending.send('shared', mail('once'));
    expect(await settled(world, [id])).toEqual({ [state]: 1 });
    await allGone(world);
    expect(world.left('once')).toBe(count);
  });

  it('sends nothing again either where that door tells another time of arrival', async () => {
    await using world = await openTenantWorld();
    world.tenant.faults.set('door.message-id', { door: 'imap', as: 'rewritten', mailbox: 'shared@contoso.test' });
    world.tenant.faults.set('door.arrival-shift', { door: 'imap', ms: -3_600_000, mailbox: 'shared@contoso.test' });
    await using _ = world.run();
    world.tenant.faults.set('smtp.cut-after-data', { mailbox: 'shared@contoso.test', accepted: true }, { times: 1 });
    const { id } = await world.sending.send('shared', mail('shifted'));
    expect(await settled(world, [id])).toEqual({ held: 1 });
    await allGone(world);
    expect(world.left('shifted')).toBe(1);
  });

  it('sends nothing again either where it cannot find the id that it shows', async () => {
    await using world = await openTenantWorld();
    world.tenant.faults.set('door.message-id', { door: 'graph', as: 'without-brackets', mailbox: 'crossed@contoso.test' });
    await using _ = world.run();
    const [{ id: taken }, { id: other }] = [await sentOnce('taken', true), await sentOnce('not taken', false)];
    expect(await settled(world, [taken, other])).toEqual({ sent: 2 });
    await allGone(world);
    expect([world.left('taken'), world.left('not taken')]).toEqual([1, 1]);

    async function sentOnce(subject: string, accepted: boolean) {
      world.tenant.faults.set('smtp.cut-after-data', { mailbox: 'crossed@contoso.test', accepted }, { times: 1 });
      const entry = await world.sending.send('crossed', mail(subject));
      await becomes(world, entry.id, 'unknown');
      return entry;
    }
  });

  it('takes the copies of other mails with the same subject for what they are', async () => {
    await using world = await openTenantWorld();
    await using _ = world.run();
    const { id: other } = await world.sending.send('shared', mail('the same'));
    await becomes(world, other, 'sent');
    world.tenant.faults.set('smtp.cut-after-data', { mailbox: 'shared@contoso.test', accepted: false }, { times: 1 });
    const { id } = await world.sending.send('shared', mail('the same'));
    expect(await settled(world, [id])).toEqual({ sent: 1 });
    await allGone(world);
    expect(world.left('the same')).toBe(2);
  });
});

describe('a mail that cannot be delivered', () => {
  it('is joined by the report that comes back, found in the mailbox', async () => {
    await using world = await openTenantWorld();
    await using _ = world.run();
    const { id } = await world.sending.send('sales', { to: ['nobody@contoso.test'], subject: 'bounces', text: 'x' });
    await becomes(world, id, 'sent');
    await allGone(world);
    const [report] = world.tenant.store.mailbox('sales@contoso.test')?.folder('inbox')?.messages ?? [];
    expect(await world.sending.report(report?.source.read() ?? Buffer.alloc(0))).toMatchObject({ entry: { id, bouncedAt: expect.any(Date) as Date }, report: { recipients: [{ address: 'nobody@contoso.test', action: 'failed' }] } });
  });
});
