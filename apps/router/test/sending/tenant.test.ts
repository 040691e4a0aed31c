import type { FaultInput, FaultName } from '@signalbox/tenant-sim';
import { describe, expect, it, vi } from 'vitest';
import { openTenantWorld, settled, type TenantWorld } from './tenant-world.ts';

/** How many mails meet all faults at once: `SIGNALBOX_SENDS=1000` for a long run. */
const SENDS = Number(process.env['SIGNALBOX_SENDS'] ?? 40);
const MINUTE = 60_000;
const mail = (subject: string) => ({ to: ['ada@example.org'], subject, text: 'Hello', headers: { 'X-Own': 'stamp' } });
const stateOf = async ({ sending }: TenantWorld, id: string) => (await sending.get(id))?.state;
const becomes = (world: TenantWorld, id: string, state: string) => vi.waitFor(async () => expect(await stateOf(world, id)).toBe(state), { timeout: 10_000, interval: 20 });

/** Also what waits in the tenant's queue. */
async function allGone({ tenant }: TenantWorld): Promise<void> {
  tenant.clock.jump(11 * MINUTE);
  await tenant.mailFlow.idle();
}

type Fault = { readonly [N in FaultName]: readonly [name: N, options: FaultInput<N>, times: number] }[FaultName];

const send = (options: object) => ({ mailbox: 'sales@contoso.test', method: 'POST', path: '/send$', ...options });

/** What goes wrong on the way through Graph. */
const GRAPH: readonly (readonly [string, Fault])[] = [
  ['a 504 after the mail was taken', ['http.refuse', send({ status: 504, when: 'after' }), 1] as Fault],
  ['a 504 before it was', ['http.refuse', send({ status: 504, when: 'before' }), 1] as Fault],
  ['an answer that never came', ['http.drop-response', send({ when: 'after' }), 1] as Fault],
  ['a connection cut before the mail was taken', ['http.drop-response', send({ when: 'before' }), 1] as Fault],
  ['a 202 with Retry-After, taken', ['graph.accepted-later', { mailbox: 'sales@contoso.test', retryAfter: 30 }, 1]],
  ['a 202 with Retry-After, not taken', ['graph.accepted-later', { mailbox: 'sales@contoso.test', retryAfter: 30, taken: false }, 1]],
  ['a throttle', ['http.refuse', send({ status: 429 }), 3] as Fault],
  ['a draft whose making got no answer', ['http.drop-response', { mailbox: 'sales@contoso.test', method: 'POST', path: '/messages$', when: 'after' }, 1]],
  ['a Sent copy ten minutes late', ['delivery.sent-copy-late', { mailbox: 'sales@contoso.test', ms: 10 * MINUTE }, 1]],
  ['headers of one’s own that are dropped', ['graph.strip-x-headers', { mailbox: 'sales@contoso.test' }, 100]],
  ['a token that was revoked', ['token.revoked', { only: 'access-tokens' }, 1]],
];

const shared = { mailbox: 'shared@contoso.test' };

/** What goes wrong on the way through SMTP. */
const SMTP: readonly (readonly [string, Fault])[] = [
  ['a connection cut after the data, taken', ['smtp.cut-after-data', { ...shared, accepted: true }, 1]],
  ['a connection cut after the data, not taken', ['smtp.cut-after-data', { ...shared, accepted: false }, 1]],
  ['a connection cut in the data', ['smtp.cut-in-data', { ...shared, after: 100 }, 2]],
  ['a throttle', ['smtp.throttled', shared, 2]],
  ['a Sent copy ten minutes late', ['delivery.sent-copy-late', { ...shared, ms: 10 * MINUTE }, 1]],
  ['a recipient refused for now', ['smtp.refuse', { ...shared, step: 'recipient', reply: '450 4.7.1 Greylisted' }, 1]],
];

const set = ({ tenant }: TenantWorld, [name, options, times]: Fault) => tenant.faults.set(name, options, { times });

describe.each([
  ['sales', GRAPH],
  ['shared', SMTP],
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
