import { isMailError, type MailErrorCode, type Remedy } from '@signalbox/core';
import { describe, expect, it } from 'vitest';
import { ask, CLIENT_ID, DAY, type EntraWorld, failureOf, GRAPH, IMAP, openWorld, SALES, signInAt } from './world.ts';

type Who = Remedy['who'];
type Action = Remedy['action'];
type Told = readonly [code: MailErrorCode, who?: Who, action?: Action];
type Row = readonly [codes: readonly number[], told: Told];

const wrongSettings: Told = ['config.invalid', 'operator', 'fix-config'];
const newCredential: Told = ['auth.rejected', 'operator', 'replace-credential'];
const signInAgain: Told = ['auth.interaction-required', 'mailbox-user', 'sign-in-again'];
const consent: Told = ['auth.interaction-required', 'tenant-admin', 'grant-consent'];

/** FACTS.md A10, row by row, as an application that acts as itself hears them. */
const AS_APPLICATION: readonly Row[] = [
  [[7000215], newCredential],
  [[7000222], newCredential],
  [[7000218], ['config.invalid', 'tenant-admin', 'fix-config']],
  [[700025], wrongSettings],
  [[700027, 50012], newCredential],
  [[700016, 700011, 70001], wrongSettings],
  [[7000112], ['auth.rejected', 'tenant-admin', 'fix-config']],
  [[90002], wrongSettings],
  [[90038, 900382, 900432], wrongSettings],
  [[500011, 50001, 650057], ['config.invalid', 'tenant-admin', 'grant-consent']],
  [[70011, 700022, 28002], wrongSettings],
  [[70003, 70005], wrongSettings],
  [[7000114], ['access.denied', 'operator', 'fix-config']],
  [[50196], ['throttled', 'plugin-author', 'report-bug']],
  [[90055], ['throttled']],
  [[90006, 90024, 90033, 50033, 50087, 90012, 90090], ['unavailable']],
  [[100007], wrongSettings],
];

/** The same, as a renewal for somebody who signed in hears them. */
const FOR_A_PERSON: readonly Row[] = [
  [[65001, 90094], consent],
  [[65004], signInAgain],
  [[50076, 50079, 50072, 50074, 50078, 50158, 500121], signInAgain],
  [[53000, 53001, 53003, 530032, 530035, 50131, 50005], ['access.denied', 'tenant-admin', 'grant-mailbox-access']],
  [[700082, 70008, 700084], signInAgain],
  [[50173, 50132, 50133, 50089], signInAgain],
  [[70043], signInAgain],
  [[50126], ['auth.rejected', 'mailbox-user', 'sign-in-again']],
  [[50034], ['auth.rejected', 'operator', 'fix-config']],
  [[50057], ['auth.rejected', 'tenant-admin', 'fix-config']],
  [[50055], ['auth.rejected', 'mailbox-user', 'sign-in-again']],
  [[50053], ['auth.rejected', 'tenant-admin', 'fix-config']],
  [[50011], ['config.invalid', 'tenant-admin', 'fix-config']],
  [[700005], wrongSettings],
  [[54005, 501481], signInAgain],
  [[70016, 70018, 70019], signInAgain],
  // A number that the table does not have, with `invalid_grant`: the next policy of Microsoft's will bring one too.
  [[9002313], signInAgain],
];

const each = (rows: readonly Row[]) => rows.flatMap(([codes, [code, who, action]]) => codes.map((number) => ({ number, code, who, action })));

/** Only these mean that the sign-in itself is over. */
const ENDING: ReadonlySet<number> = new Set([700082, 70008, 700084, 50173, 50132, 50133, 50089, 70043]);

async function signedIn(world: EntraWorld) {
  const provider = await world.open({ grant: 'delegated', clientSecret: undefined });
  const challenge = await provider.login!.begin(SALES, { prefer: 'browser', redirectUri: 'http://localhost' });
  if (challenge.type !== 'browser') throw new Error('A browser was asked for.');
  await provider.login!.finish(challenge, { callbackUrl: await signInAt(world, challenge.authorizationUrl, { address: SALES.address }) });
  world.tenant.clock.jump(2 * DAY);
  return provider;
}

function expectTold(failure: unknown, { number, code, who, action }: ReturnType<typeof each>[number]): void {
  if (!isMailError(failure)) throw failure;
  const { remedy } = failure;
  expect(failure.code).toBe(code);
  expect([remedy?.who, remedy?.action]).toEqual([who, action]);
  expect(failure.detail?.status).toContain(`AADSTS${number}`);
  expect(remedy?.text ?? 'None.').toMatch(/^[A-Z].*\.$/);
  const isForConsent = action === 'grant-consent' || number === 700016 || number === 700011 || number === 70001;
  const page = number === 7000112 ? '/enterprise-apps/' : isForConsent ? `/adminconsent?client_id=${CLIENT_ID}` : '';
  expect([page === '', remedy?.url ?? '']).toEqual([remedy?.url === undefined, expect.stringContaining(page)]);
}

describe('each refusal of Entra has one code and one remedy', () => {
  it.each(each(AS_APPLICATION))('AADSTS$number, for an application: $code', async (row) => {
    await using world = await openWorld();
    world.tenant.faults.set('entra.refuse', { code: row.number, app: CLIENT_ID });
    expectTold(await failureOf(ask(await world.open(), GRAPH)), row);
  });

  it.each(each(FOR_A_PERSON))('AADSTS$number, for a person: $code', async (row) => {
    await using world = await openWorld();
    const provider = await signedIn(world);
    using _fault = world.tenant.faults.set('entra.refuse', { code: row.number, app: CLIENT_ID });
    expectTold(await failureOf(ask(provider, IMAP)), row);
    _fault[Symbol.dispose]();
    world.tenant.clock.jump(120_000);
    const next = await ask(provider, IMAP).catch((error: unknown) => error);
    expect(next).toMatchObject(ENDING.has(row.number) ? { code: 'auth.interaction-required' } : { kind: 'bearer' });
  });
});

describe('refusals that the state of the tenant brings about', () => {
  it('a secret that is wrong, one that has expired, an application that is disabled or unknown, a tenant that is', async () => {
    await using world = await openWorld();
    const told = async (config: object) => {
      const failure = await failureOf(ask(await world.open({ ...config }), GRAPH));
      return isMailError(failure) ? [failure.code, failure.detail?.status] : failure;
    };
    expect(await told({ clientSecret: 'wrong' })).toEqual(['auth.rejected', 'invalid_client AADSTS7000215']);
    expect(await told({ clientId: '00000000-0000-0000-0000-00000000000f' })).toEqual(['config.invalid', 'unauthorized_client AADSTS700016']);
    expect(await told({ tenant: 'fabrikam.test' })).toEqual(['config.invalid', expect.stringContaining('AADSTS90002')]);
    world.tenant.clock.jump(200 * DAY);
    expect(await told({})).toEqual(['auth.rejected', 'invalid_client AADSTS7000222']);
    world.tenant.directory.updateApp(CLIENT_ID, { enabled: false });
    world.tenant.clock.jump(60_000);
    expect(await told({})).toEqual(['auth.rejected', 'unauthorized_client AADSTS7000112']);
  });

  it('is told by status too, also to a process that has just started, until a token can be had again', async () => {
    await using world = await openWorld();
    const provider = await world.open();
    world.tenant.directory.updateApp(CLIENT_ID, { enabled: false });
    await failureOf(ask(provider, GRAPH));
    for (const teller of [provider, await world.open()]) expect(await teller.status(SALES)).toMatchObject({ state: 'action-required', remedy: { who: 'tenant-admin' } });
    world.tenant.directory.updateApp(CLIENT_ID, { enabled: true });
    world.tenant.clock.jump(60_000);
    await ask(provider, GRAPH);
    for (const teller of [provider, await world.open()]) expect(await teller.status(SALES)).toMatchObject({ state: 'ready' });
  });

  it('is not told any more once another process has had a token', async () => {
    await using world = await openWorld();
    const provider = await world.open();
    await ask(provider, GRAPH);
    world.tenant.clock.jump(2 * DAY);
    world.tenant.faults.set('entra.refuse', { code: 7000112, app: CLIENT_ID }, { times: 1 });
    await failureOf(ask(await world.open(), GRAPH));
    expect(await provider.status(SALES)).toMatchObject({ state: 'action-required' });
    await ask(provider, GRAPH);
    for (const teller of [provider, await world.open()]) expect(await teller.status(SALES)).toMatchObject({ state: 'ready' });
  });

  it('is not told of a credential that has another in its place', async () => {
    await using world = await openWorld();
    const wrong = await world.open({ clientSecret: 'wrong' });
    await failureOf(ask(wrong, GRAPH));
    for (const teller of [wrong, await world.open({ clientSecret: 'wrong' })]) expect(await teller.status(SALES)).toMatchObject({ state: 'action-required', remedy: { action: 'replace-credential' } });
    expect(await (await world.open()).status(SALES)).toMatchObject({ state: 'ready' });
  });

  it('is told as long as it lasts for one resource, whatever the others do, and forgotten on request', async () => {
    await using world = await openWorld();
    const provider = await world.open();
    world.tenant.faults.set('entra.refuse', { code: 500011, app: CLIENT_ID }, { times: 1 });
    await failureOf(ask(provider, IMAP));
    world.tenant.clock.jump(60_000);
    await ask(provider, GRAPH);
    for (const teller of [provider, await world.open()]) expect(await teller.status(SALES)).toMatchObject({ state: 'action-required', remedy: { who: 'tenant-admin' } });
    await provider.revoke(SALES);
    expect(await provider.status(SALES)).toMatchObject({ state: 'ready' });
  });

  it('is not asked for again at once by a thousand mailboxes', async () => {
    await using world = await openWorld();
    const provider = await world.open({ clientSecret: 'wrong' });
    for (let index = 0; index < 1_000; index += 1) await failureOf(ask(provider, GRAPH, {}, { id: `m${index}`, address: `m${index}@contoso.test` }));
    expect(world.posted).toHaveLength(1);
  });
});

describe('a throttled tenant', () => {
  it('is left alone as long as it asked, by the clock of the host, and the reason stays the same', async () => {
    await using world = await openWorld();
    const provider = await world.open();
    using fault = world.tenant.faults.set('entra.throttled', { retryAfter: 30 });
    const first = await failureOf(ask(provider, GRAPH));
    expect(first).toMatchObject({ code: 'throttled', retryAfterMs: 30_000, affects: 'tenant', detail: { status: 'temporarily_unavailable AADSTS90055' } });
    world.tenant.clock.jump(20_000);
    const again = await failureOf(ask(provider, GRAPH));
    expect(again).toMatchObject({ code: 'throttled', detail: { status: 'temporarily_unavailable AADSTS90055' } });
    expect((again as { retryAfterMs: number }).retryAfterMs).toBeGreaterThan(8_000);
    expect((again as { retryAfterMs: number }).retryAfterMs).toBeLessThanOrEqual(10_000);
    expect(fault.struck).toBe(1);
    fault[Symbol.dispose]();
    world.tenant.clock.jump(11_000);
    expect(await ask(provider, GRAPH)).toMatchObject({ kind: 'bearer' });
    expect(world.posted).toHaveLength(2);
  });

  it.each([
    ['a fraction of seconds', 'fractional', 1, 59_999],
    ['a date', 'date', 1, 59_999],
    ['nothing', 'absent', 60_000, 60_000],
  ] as const)('may say for how long by %s', async (_how, retryAfter, least, most) => {
    await using world = await openWorld();
    world.tenant.faults.set('entra.throttled', { retryAfter });
    const failure = await failureOf(ask(await world.open(), GRAPH));
    expect(failure).toMatchObject({ code: 'throttled' });
    const { retryAfterMs } = failure as { readonly retryAfterMs: number };
    expect(retryAfterMs).toBeGreaterThanOrEqual(least);
    expect(retryAfterMs).toBeLessThanOrEqual(most);
  });

  it('does not keep another resource from being asked for', async () => {
    await using world = await openWorld();
    const provider = await world.open();
    world.tenant.faults.set('entra.throttled', { retryAfter: 30 }, { times: 1 });
    await failureOf(ask(provider, GRAPH));
    expect(await ask(provider, IMAP)).toMatchObject({ kind: 'bearer' });
  });
});
