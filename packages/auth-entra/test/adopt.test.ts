import { type AuthProvider, type Secret, secret } from '@signalbox/core';
import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { ask, CLIENT_ID, type Config, type EntraWorld, failureOf, IMAP, openWorld, placeOf, SALES, SECRET, SMTP, SUPPORT } from './world.ts';

const delegated = { grant: 'delegated', clientSecret: undefined } as const;
const OTHER_CLIENT = '00000000-0000-0000-0000-0000000000c2';
const OTHER_OBJECT = '00000000-0000-0000-0000-0000000000c3';
const OTHER_PRINCIPAL = '00000000-0000-0000-0000-0000000000c4';

/** Another program: all it has of us is the application it uses. */
async function tokenOfAnother(world: EntraWorld, { clientId = CLIENT_ID, clientSecret, account = SALES.address }: { readonly clientId?: string; readonly clientSecret?: string; readonly account?: string } = {}): Promise<Secret> {
  const { authority, tenant } = placeOf(world.tenant);
  const form = { grant_type: 'password', client_id: clientId, ...(clientSecret !== undefined && { client_secret: clientSecret }), username: account, password: `${account.split('@')[0]}-password`, scope: `${IMAP} ${SMTP} offline_access` };
  const answer = (await (await world.fetch(`${authority}/${tenant}/oauth2/v2.0/token`, { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams(form).toString() })).json()) as { readonly refresh_token?: string };
  if (answer.refresh_token === undefined) throw new Error(JSON.stringify(answer));
  return secret(answer.refresh_token);
}

const openDelegated = (world: EntraWorld, config: Config = {}): Promise<AuthProvider> => world.open({ ...delegated, ...config });

describe('a sign-in of another program', () => {
  it.each([
    ['without a credential', {}, {}],
    ['with a credential, where the configuration has it too', { clientSecret: SECRET }, { clientSecret: SECRET }],
    ['without a credential, where the configuration has one', {}, { clientSecret: SECRET }],
  ] as const)('that was made %s is gone on from, over months, and the other program keeps its own', async (_how, theirs, ours) => {
    await using world = await openWorld();
    world.tenant.directory.updateApp(CLIENT_ID, { publicClient: true });
    const token = await tokenOfAnother(world, theirs);
    await (await openDelegated(world, ours)).login!.adopt!(SALES, token);
    const provider = await openDelegated(world, ours);
    expect(decodeJwt((await ask(provider, IMAP)).token.reveal())).toMatchObject({ upn: SALES.address });
    world.tenant.clock.jump(60 * 86_400_000);
    await ask(provider, IMAP);
    await (await openDelegated(world, ours)).login!.adopt!(SALES, token); // the other one can use it still, and so can we
  });

  it('says when it was taken over and not when somebody signed in, which nobody knows', async () => {
    await using world = await openWorld();
    world.tenant.directory.updateApp(CLIENT_ID, { publicClient: true });
    const provider = await openDelegated(world, { renewal: { every: 'quarter', timeZone: 'UTC' } });
    await provider.login!.adopt!(SALES, await tokenOfAnother(world));
    const status = await provider.status(SALES);
    expect(status).toMatchObject({ state: 'ready', account: SALES.address, deadlines: expect.arrayContaining([expect.objectContaining({ what: 'renewal' })]) as unknown });
    expect(status).not.toHaveProperty('signedInAt');
    expect(world.events('auth.adopted')).toMatchObject([{ fields: { account: SALES.address } }]);
  });

  it('with another application is refused, and the remedy names what it is bound to', async () => {
    await using world = await openWorld();
    world.tenant.directory.addApp({ ...world.tenant.directory.app(CLIENT_ID)!, clientId: OTHER_CLIENT, objectId: OTHER_OBJECT, servicePrincipalId: OTHER_PRINCIPAL, displayName: 'Old adapter', publicClient: true });
    const token = await tokenOfAnother(world, { clientId: OTHER_CLIENT });
    const failure = await failureOf((await openDelegated(world)).login!.adopt!(SALES, token));
    expect(failure).toMatchObject({ code: 'auth.interaction-required', message: expect.stringContaining(CLIENT_ID) as string, remedy: { who: 'operator', text: expect.stringContaining('"clientId"') as string }, detail: { status: expect.stringContaining('70000') as string } });
    expect(world.tokens.keys()).toEqual([]);
  });

  it('of somebody else, one that was revoked, and what is no token at all are refused, and nothing of them is told or kept', async () => {
    await using world = await openWorld();
    world.tenant.directory.updateApp(CLIENT_ID, { publicClient: true });
    const { login } = await openDelegated(world);
    expect(await failureOf(login!.adopt!(SALES, await tokenOfAnother(world, { account: SUPPORT.address })))).toMatchObject({ code: 'auth.wrong-account' });
    const revoked = await tokenOfAnother(world);
    world.tenant.clock.jump(1_000);
    world.tenant.directory.updateUser(SALES.address, { sessionsRevokedAt: world.tenant.clock.now() });
    expect(await failureOf(login!.adopt!(SALES, revoked))).toMatchObject({ code: 'auth.interaction-required' });
    const failure = await failureOf(login!.adopt!(SALES, secret('canary-that-is-no-token')));
    expect(failure).toMatchObject({ code: 'auth.interaction-required' });
    expect(JSON.stringify([failure, world.logged])).not.toContain('canary-that-is-no-token');
    expect(world.tokens.keys()).toEqual([]);
  });
});
