import type { AuthProvider, LoginChallenge, Mailbox } from '@signalbox/core';
import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { ask, CLIENT_ID, type Config, DAY, type EntraWorld, failureOf, GRAPH, IMAP, openWorld, SALES, SHARED, signInAt, SMTP } from './world.ts';

const LOOPBACK = 'http://localhost:49152';
const WEB = 'http://localhost:3000/callback';
const delegated = { grant: 'delegated', clientSecret: undefined } as const;
const GRAPH_SEND = 'https://graph.microsoft.com/Mail.Send';

const openDelegated = (world: EntraWorld, config: Config = {}): Promise<AuthProvider> => world.open({ ...delegated, ...config });

interface SignIn {
  readonly mailbox?: Mailbox;
  readonly as?: string;
  readonly redirectUri?: string;
}

/** Begins in one process and finishes in another. */
async function signIn(world: EntraWorld, config: Config = {}, { mailbox = SALES, as = SALES.address, redirectUri = LOOPBACK }: SignIn = {}): Promise<LoginChallenge> {
  const [one, other] = [await openDelegated(world, config), await openDelegated(world, config)];
  const challenge = await one.login!.begin(mailbox, { prefer: 'browser', redirectUri });
  if (challenge.type !== 'browser') throw new Error('A browser was asked for.');
  const callbackUrl = await signInAt(world, challenge.authorizationUrl, { address: as, password: `${as.split('@')[0]}-password` });
  await other.login!.finish(structuredClone(challenge), { callbackUrl });
  return challenge;
}

async function enterCode(world: EntraWorld, challenge: LoginChallenge, address = SALES.address): Promise<void> {
  if (challenge.type !== 'device-code') throw new Error('A device code was asked for.');
  const browser = await world.browser().open(challenge.verificationUri);
  await browser.submit({ user_code: challenge.userCode });
  await browser.submit({ action: 'next', step: 'confirm' });
  await browser.submit({ username: address });
  await browser.submit({ password: `${address.split('@')[0]}-password` });
}

/** Lets the tenant's time go by, as long as it takes. */
async function waitWhile(world: EntraWorld, isOn: () => boolean): Promise<void> {
  const next = (): boolean => {
    world.tenant.clock.jump(3_000);
    return isOn();
  };
  await expect.poll(next).toBe(false);
}

describe('somebody who signs in by a browser', () => {
  it('gives tokens for IMAP and SMTP in one, and for Graph, by one sign-in over two processes', async () => {
    await using world = await openWorld();
    const challenge = await signIn(world);
    expect(JSON.stringify(challenge)).not.toMatch(/verifier/);
    const provider = await openDelegated(world);
    const [imap, smtp, graph] = [await ask(provider, IMAP), await ask(provider, SMTP), await ask(provider, GRAPH_SEND)];
    expect(imap.token.reveal()).toBe(smtp.token.reveal());
    expect(decodeJwt(imap.token.reveal())).toMatchObject({ scp: 'IMAP.AccessAsUser.All SMTP.Send', upn: SALES.address });
    expect(decodeJwt(graph.token.reveal())).toMatchObject({ aud: 'https://graph.microsoft.com', upn: SALES.address });
    expect(world.posted.map(({ form }) => form['grant_type'])).toEqual(['authorization_code', 'refresh_token']);
    expect(world.tokens.keys().filter((key) => key.includes('/login/'))).toEqual([]);
  });

  it.each([
    ['a program', LOOPBACK, {}],
    ['a program whose application has a secret', LOOPBACK, { clientSecret: 'adapter-secret' }],
    ['a service', WEB, { clientSecret: 'adapter-secret' }],
  ] as const)('may come back to %s', async (_what, redirectUri, config) => {
    await using world = await openWorld();
    await signIn(world, config, { redirectUri });
    const provider = await openDelegated(world, config);
    world.tenant.clock.jump(2 * 3_600_000 + 26 * 3_600_000);
    const { username } = await ask(provider, IMAP);
    expect(username).toBe(SALES.address);
  });

  it('cannot come back twice, nor with the answer to another sign-in', async () => {
    await using world = await openWorld();
    const provider = await openDelegated(world);
    const challenge = await provider.login!.begin(SALES, { prefer: 'browser', redirectUri: LOOPBACK });
    if (challenge.type !== 'browser') throw new Error('A browser was asked for.');
    const callbackUrl = await signInAt(world, challenge.authorizationUrl, { address: SALES.address });
    await provider.login!.finish(challenge, { callbackUrl });
    expect(await failureOf(provider.login!.finish(challenge, { callbackUrl }))).toMatchObject({ code: 'auth.interaction-required' });
    const next = await provider.login!.begin(SALES, { prefer: 'browser', redirectUri: LOOPBACK });
    expect(await failureOf(provider.login!.finish(next, { callbackUrl }))).toMatchObject({ code: 'auth.interaction-required', remedy: { action: 'sign-in-again' } });
  });

  it('has to be the owner of the mailbox, and what was there before stays', async () => {
    await using world = await openWorld();
    await signIn(world);
    const failure = await failureOf(signIn(world, {}, { as: 'support@contoso.test' }));
    expect(failure).toMatchObject({ code: 'auth.wrong-account', message: expect.stringContaining('support@contoso.test') as string, remedy: { who: 'mailbox-user', action: 'sign-in-again' } });
    expect(decodeJwt((await ask(await openDelegated(world), IMAP)).token.reveal())).toMatchObject({ upn: SALES.address });
  });

  it('stays in the organisation of the first time where the configuration names none, until signed out', async () => {
    await using world = await openWorld();
    const { directory } = world.tenant;
    directory.updateApp(CLIENT_ID, { multiTenant: true });
    const config = { tenant: 'organizations' };
    for (let times = 0; times < 2; times += 1) await signIn(world, config);
    const elsewhere = { displayName: 'Fabrikam', id: '00000000-0000-0000-0000-00000000fab1' };
    directory.updateTenant(elsewhere); // an account by the same name, of another tenant
    expect(await failureOf(signIn(world, config))).toMatchObject({ code: 'auth.wrong-account', remedy: { who: 'mailbox-user', action: 'sign-in-again' } });
    await (await openDelegated(world, config)).revoke(SALES);
    await signIn(world, config);
    expect(decodeJwt((await ask(await openDelegated(world, config), IMAP)).token.reveal())).toMatchObject({ tid: elsewhere.id });
  });

  it('may open a shared mailbox where the configuration says who does', async () => {
    await using world = await openWorld();
    expect(await failureOf(signIn(world, {}, { mailbox: SHARED }))).toMatchObject({ code: 'auth.wrong-account' });
    const config = { account: SALES.address };
    await signIn(world, config, { mailbox: SHARED });
    const { username, token } = await ask(await openDelegated(world, config), IMAP, {}, SHARED);
    expect(username).toBe(SHARED.address);
    expect(decodeJwt(token.reveal())).toMatchObject({ upn: SALES.address });
  });

  it('hears in the words of a remedy what Entra said to the browser', async () => {
    await using world = await openWorld();
    const provider = await openDelegated(world);
    const challenge = await provider.login!.begin(SALES, { prefer: 'browser', redirectUri: LOOPBACK });
    const query = new URLSearchParams({ state: challenge.state, error: 'access_denied', error_description: 'AADSTS65004: User declined to consent to access the app.' });
    expect(await failureOf(provider.login!.finish(challenge, { callbackUrl: `${LOOPBACK}/?${query.toString()}` }))).toMatchObject({ code: 'auth.interaction-required', remedy: { who: 'mailbox-user', text: expect.stringContaining('accept the permissions') as string } });
  });

  it('is told that it was in vain where the store fails after the code was spent, and signs in anew', async () => {
    await using world = await openWorld();
    const provider = await openDelegated(world);
    const challenge = await provider.login!.begin(SALES, { prefer: 'browser', redirectUri: LOOPBACK });
    if (challenge.type !== 'browser') throw new Error('A browser was asked for.');
    const callbackUrl = await signInAt(world, challenge.authorizationUrl, { address: SALES.address });
    world.tenant.faults.set('http.slow', { door: 'entra', ms: 200, path: 'token' }, { times: 1 });
    const finishing = failureOf(provider.login!.finish(challenge, { callbackUrl }));
    await expect.poll(() => world.posted.length).toBe(1);
    world.tokens.break(new Error('disk full'));
    expect(await finishing).toMatchObject({ code: 'auth.interaction-required', remedy: { who: 'operator', text: expect.stringContaining('anew') as string }, cause: { message: 'disk full' } });
    world.tokens.break(undefined);
    expect(await failureOf(provider.login!.finish(challenge, { callbackUrl }))).toMatchObject({ code: 'auth.interaction-required', remedy: { who: 'mailbox-user' } });
    expect(world.tokens.keys()).toEqual([]);
    await signIn(world);
    expect(await ask(provider, IMAP)).toMatchObject({ kind: 'bearer' });
  });

  it('is signed in although the store fails to forget what began it', async () => {
    await using world = await openWorld();
    const provider = await openDelegated(world);
    const challenge = await provider.login!.begin(SALES, { prefer: 'browser', redirectUri: LOOPBACK });
    if (challenge.type !== 'browser') throw new Error('A browser was asked for.');
    const callbackUrl = await signInAt(world, challenge.authorizationUrl, { address: SALES.address });
    world.tokens.breakDelete(new Error('disk full'));
    await provider.login!.finish(challenge, { callbackUrl });
    expect(await ask(provider, IMAP)).toMatchObject({ kind: 'bearer' });
  });

  it('has a quarter of an hour', async () => {
    await using world = await openWorld();
    const provider = await openDelegated(world);
    const challenge = await provider.login!.begin(SALES, { prefer: 'browser', redirectUri: LOOPBACK });
    world.tenant.clock.jump(16 * 60_000);
    expect(await failureOf(provider.login!.finish(challenge, { callbackUrl: `${LOOPBACK}/?code=x&state=${challenge.state}` }))).toMatchObject({ code: 'auth.interaction-required' });
    expect(await failureOf(provider.login!.begin(SALES, { prefer: 'browser' }))).toMatchObject({ code: 'config.invalid' });
  });

  it('is asked for the second factor that a policy wants', async () => {
    await using world = await openWorld();
    await signIn(world);
    world.tenant.clock.jump(2 * DAY);
    using policy = world.tenant.faults.set('entra.mfa-required', { mailbox: SALES.address });
    const provider = await openDelegated(world);
    expect(await failureOf(ask(provider, IMAP))).toMatchObject({ code: 'auth.interaction-required', remedy: { action: 'sign-in-again' } });
    expect(policy.struck).toBe(1);
    const challenge = await provider.login!.begin(SALES, { prefer: 'browser', redirectUri: LOOPBACK });
    if (challenge.type !== 'browser') throw new Error('A browser was asked for.');
    expect(new URL(challenge.authorizationUrl).searchParams.get('claims')).toContain('polids');
    expect(await failureOf(ask(provider, IMAP))).toMatchObject({ code: 'auth.interaction-required' });
    expect(policy.struck).toBe(1);
  });
});

describe('somebody who signs in by device code', () => {
  it('is waited for, also in another process', async () => {
    await using world = await openWorld();
    const challenge = await (await openDelegated(world)).login!.begin(SALES, { prefer: 'device-code' });
    const other = await openDelegated(world);
    const finishing = other.login!.finish(structuredClone(challenge));
    await expect.poll(() => world.posted.length).toBe(1);
    await enterCode(world, challenge);
    await waitWhile(world, () => world.posted.length < 2);
    await finishing;
    expect(decodeJwt((await ask(other, SMTP)).token.reveal())).toMatchObject({ upn: SALES.address });
    expect(JSON.stringify(challenge)).not.toContain('device_code');
  });

  it('is asked for what the first resource needs: a code for several could not be redeemed', async () => {
    await using world = await openWorld();
    const provider = await openDelegated(world, { scopes: [IMAP, GRAPH_SEND, SMTP] });
    const challenge = await provider.login!.begin(SALES, { prefer: 'device-code' });
    const finishing = provider.login!.finish(challenge);
    await expect.poll(() => world.posted.length).toBe(1);
    await enterCode(world, challenge);
    await waitWhile(world, () => world.posted.length < 2);
    await finishing;
    expect(decodeJwt((await ask(provider, IMAP)).token.reveal())).toMatchObject({ scp: 'IMAP.AccessAsUser.All SMTP.Send' });
  });

  it('is waited for through an outage, and not longer than the code lives', async () => {
    await using world = await openWorld();
    const provider = await openDelegated(world);
    const challenge = await provider.login!.begin(SALES, { prefer: 'device-code' });
    world.tenant.faults.set('http.refuse', { door: 'entra', status: 503 }, { times: 1 });
    const finishing = failureOf(provider.login!.finish(challenge));
    await waitWhile(world, () => world.posted.length < 3);
    world.tenant.clock.jump(900_000);
    expect(await finishing).toMatchObject({ code: 'auth.interaction-required' });
  });

  it('stops when told to, and can go on', async () => {
    await using world = await openWorld();
    const provider = await openDelegated(world);
    const challenge = await provider.login!.begin(SALES, { prefer: 'device-code' });
    const leaving = new AbortController();
    const finishing = failureOf(provider.login!.finish(challenge, { signal: leaving.signal }));
    await expect.poll(() => world.posted.length).toBe(1);
    leaving.abort(new Error('enough'));
    expect(await finishing).toBe(leaving.signal.reason);
    await enterCode(world, challenge);
    await provider.login!.finish(challenge);
  });

  it('is told what to allow where the application is no public client', async () => {
    await using world = await openWorld();
    world.tenant.directory.updateApp(CLIENT_ID, { publicClient: false });
    const provider = await openDelegated(world);
    const challenge = await provider.login!.begin(SALES, { prefer: 'device-code' });
    expect(await failureOf(provider.login!.finish(challenge))).toMatchObject({ code: 'config.invalid', remedy: { who: 'tenant-admin', text: expect.stringContaining('Allow public client flows') as string } });
  });
});

describe('what is kept of a sign-in', () => {
  it('is renewed once for two processes and 50 callers', async () => {
    await using world = await openWorld();
    await signIn(world);
    world.tenant.clock.jump(2 * DAY);
    const [one, other] = [await openDelegated(world), await openDelegated(world)];
    const before = world.posted.length;
    const got = await Promise.all(Array.from({ length: 50 }, (_, index) => ask(index % 2 === 0 ? one : other, index % 3 === 0 ? SMTP : IMAP)));
    expect(new Set(got.map(({ token }) => token.reveal())).size).toBe(1);
    expect(world.posted).toHaveLength(before + 1);
  });

  it('is only read while its access token is fresh: nobody waits for a turn, and nothing is written', async () => {
    await using world = await openWorld();
    await signIn(world);
    const provider = await openDelegated(world);
    const first = await ask(provider, IMAP);
    const turns = world.tokens.turns();
    for (let index = 0; index < 10; index += 1) expect((await ask(provider, IMAP)).token.reveal()).toBe(first.token.reveal());
    expect(world.tokens.turns()).toBe(turns);
  });

  it('holds the new refresh token before anybody gets the new access token', async () => {
    await using world = await openWorld();
    await signIn(world);
    const record = () => JSON.parse(world.tokens.all().find((value) => value.includes('refreshToken'))!) as { refreshToken: string };
    const first = record().refreshToken;
    world.tenant.clock.jump(2 * DAY);
    const { token } = await ask(await openDelegated(world), IMAP);
    expect(record().refreshToken).not.toBe(first);
    expect(JSON.stringify(record())).toContain(token.reveal());
  });

  it('is never brought back by a renewal that an administrator overtook', async () => {
    await using world = await openWorld();
    await signIn(world);
    const provider = await openDelegated(world);
    world.tenant.clock.jump(2 * DAY);
    const key = world.tokens.keys().find((name) => name.includes('/account/'))!;
    world.tenant.faults.set('http.slow', { door: 'entra', ms: 300, path: 'token' }, { times: 1 });
    const before = world.posted.length;
    const asking = ask(provider, IMAP);
    await expect.poll(() => world.posted.length).toBe(before + 1);
    await signIn(world);
    const replaced = (await world.tokens.read(key))!.reveal();
    const { token } = await asking;
    expect((await world.tokens.read(key))!.reveal()).toBe(replaced);
    expect(replaced).toContain(token.reveal());
  });

  it('is gone after signing out, while everything is broken, and a renewal under way does not bring it back', async () => {
    await using world = await openWorld();
    await signIn(world);
    const provider = await openDelegated(world);
    world.tenant.clock.jump(2 * DAY);
    world.tenant.faults.set('http.slow', { door: 'entra', ms: 200, path: 'token' }, { times: 1 });
    const before = world.posted.length;
    const asking = failureOf(ask(provider, IMAP));
    await expect.poll(() => world.posted.length).toBe(before + 1);
    world.tenant.faults.set('http.refuse', { door: 'entra', status: 503 });
    await provider.revoke(SALES);
    await provider.revoke(SALES);
    expect(await asking).toMatchObject({ code: 'auth.interaction-required' });
    expect(world.tokens.keys().filter((key) => key.includes('/account/'))).toEqual([]);
    expect(await provider.status(SALES)).toMatchObject({ state: 'action-required', remedy: { action: 'sign-in-again' } });
  });

  it('ends when Entra says so, which is asked once and remembered over restarts', async () => {
    await using world = await openWorld();
    await signIn(world);
    world.tenant.clock.jump(DAY + 4 * 3_600_000);
    world.tenant.directory.updateUser(SALES.address, { sessionsRevokedAt: world.tenant.clock.now() });
    const before = world.posted.length;
    for (const provider of [await openDelegated(world), await openDelegated(world)]) {
      for (const scope of [IMAP, GRAPH_SEND, IMAP]) expect(await failureOf(ask(provider, scope))).toMatchObject({ code: 'auth.interaction-required', remedy: { action: 'sign-in-again' } });
      expect(await provider.status(SALES)).toMatchObject({ state: 'action-required', account: SALES.address });
    }
    expect(world.posted).toHaveLength(before + 1);
    expect(world.events('auth.sign-in-ended')).toHaveLength(1);
    world.tenant.clock.jump(60_000);
    await signIn(world);
    expect(await ask(await openDelegated(world), IMAP)).toMatchObject({ kind: 'bearer' });
  });

  it('survives whatever passes by itself', async () => {
    await using world = await openWorld();
    await signIn(world);
    const provider = await openDelegated(world);
    world.tenant.clock.jump(2 * DAY);
    for (const status of [503, 500, 429] as const) {
      using _outage = world.tenant.faults.set('http.refuse', { door: 'entra', status });
      expect(await failureOf(ask(provider, IMAP))).toMatchObject({ code: status === 429 ? 'throttled' : 'unavailable' });
      expect(await provider.status(SALES)).toMatchObject({ state: 'unavailable', account: SALES.address });
      world.tenant.clock.jump(3_600_000);
    }
    expect(await ask(provider, IMAP)).toMatchObject({ kind: 'bearer' });
    expect(await provider.status(SALES)).toMatchObject({ state: 'ready' });
  });

  it('gives a fresh token for a refused one, once', async () => {
    await using world = await openWorld();
    await signIn(world);
    const provider = await openDelegated(world);
    const first = await ask(provider, IMAP);
    const second = await ask(provider, IMAP, { rejected: first });
    expect(second.token.reveal()).not.toBe(first.token.reveal());
    expect(await failureOf(ask(provider, IMAP, { rejected: second }))).toMatchObject({ code: 'auth.rejected' });
  });

  it('says who signed in, when, and what ends when', async () => {
    await using world = await openWorld({ startAt: new Date('2026-11-30T12:00:00Z') });
    await signIn(world, { renewal: { every: 'quarter', timeZone: 'Europe/Vienna' } });
    const provider = await openDelegated(world, { renewal: { every: 'quarter', timeZone: 'Europe/Vienna' } });
    const status = await provider.status(SALES);
    expect(status).toMatchObject({ state: 'ready', account: SALES.address });
    expect(status.deadlines?.map(({ what, at }) => [what, at.toISOString().slice(0, 16)])).toEqual([['renewal', '2027-02-27T23:00'], ['idle', '2027-02-28T12:00']]);
    expect([status.signedInAt, status.renewedAt].map((at) => at?.toISOString().slice(0, 16))).toEqual(['2026-11-30T12:00', '2026-11-30T12:00']);
  });

  it('is nowhere to be read', async () => {
    await using world = await openWorld();
    const challenge = await signIn(world);
    world.tenant.clock.jump(2 * DAY);
    const provider = await openDelegated(world);
    const { token } = await ask(provider, IMAP);
    world.tenant.directory.updateUser(SALES.address, { enabled: false });
    world.tenant.clock.jump(2 * DAY);
    const failure = await failureOf(ask(provider, IMAP));
    const secrets = world.posted.flatMap(({ form }) => [form['refresh_token'], form['code'], form['code_verifier']]).filter((text) => text !== undefined);
    const read = [JSON.stringify(world.logged), JSON.stringify(failure), String(failure), JSON.stringify(await provider.status(SALES)), JSON.stringify(challenge), ...world.tokens.keys()].join('\n');
    expect(secrets.length).toBeGreaterThan(3);
    for (const canary of [...secrets, token.reveal(), challenge.state]) expect(read.replace(JSON.stringify(challenge), '')).not.toContain(canary);
  });

  it('is not handed out from a store that fails, which is told from an Entra that does', async () => {
    await using world = await openWorld();
    await signIn(world);
    const provider = await openDelegated(world);
    world.tokens.break(new Error('disk full'));
    expect(await failureOf(ask(provider, IMAP))).toMatchObject({ code: 'unavailable', message: expect.stringContaining('store') as string, cause: { message: 'disk full' } });
    expect(await failureOf(provider.status(SALES))).toMatchObject({ code: 'unavailable' });
    world.tokens.break(undefined);
    expect(await ask(provider, IMAP)).toMatchObject({ kind: 'bearer' });
  });

  it('is not there before anybody has signed in', async () => {
    await using world = await openWorld();
    const provider = await openDelegated(world);
    expect(await failureOf(ask(provider, GRAPH))).toMatchObject({ code: 'auth.interaction-required', remedy: { who: 'mailbox-user', action: 'sign-in-again' } });
    expect(await provider.status(SALES)).toMatchObject({ state: 'action-required', account: SALES.address });
  });
});
