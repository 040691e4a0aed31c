import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { openFile } from './key-pairs.ts';
import { ask, CLIENT_ID, DAY, type EntraWorld, failureOf, IMAP, openWorld, SALES } from './world.ts';

const CALLER = '00000000-0000-0000-0000-00000000000c';

/** The access token that another program of the organisation got for its user, to call this application with. */
async function userToken(world: EntraWorld): Promise<string> {
  world.tenant.directory.updateApp(CLIENT_ID, { exposes: ['access_as_user'] });
  if (!world.tenant.directory.app(CALLER)) world.tenant.directory.addApp({ clientId: CALLER, publicClient: true });
  const form = { grant_type: 'password', client_id: CALLER, username: SALES.address, password: 'sales-password', scope: `api://${CLIENT_ID}/access_as_user` };
  const answer = await world.fetch(`https://localhost:${world.tenant.doors.entra?.port}/contoso.test/oauth2/v2.0/token`, { method: 'POST', body: new URLSearchParams(form).toString(), headers: { 'content-type': 'application/x-www-form-urlencoded' } });
  world.posted.pop();
  const { access_token: token } = (await answer.json()) as { access_token: string };
  return token;
}

describe('a token that a caller brings for its user', () => {
  it('is exchanged once, and anew when the caller brings another', async () => {
    await using world = await openWorld();
    await using file = await openFile(JSON.stringify({ access_token: await userToken(world) }));
    const provider = await world.open({ grant: 'assertion', tokenFile: file.path });
    const got = await Promise.all([ask(provider, IMAP), ask(provider, IMAP), ask(provider, IMAP)]);
    expect(decodeJwt(got[0].token.reveal())).toMatchObject({ aud: 'https://outlook.office365.com', upn: SALES.address, scp: 'IMAP.AccessAsUser.All' });
    expect(world.posted.map(({ form }) => [form['grant_type'], form['requested_token_use']])).toEqual([['urn:ietf:params:oauth:grant-type:jwt-bearer', 'on_behalf_of']]);
    await file.write(await userToken(world));
    await ask(provider, IMAP);
    expect(world.posted).toHaveLength(2);
    expect(world.tokens.keys()).toEqual([]);
  });

  it('has to be fresh', async () => {
    await using world = await openWorld();
    const provider = await world.open({ grant: 'assertion', token: await userToken(world) });
    expect(await provider.status(SALES)).toMatchObject({ state: 'ready' });
    world.tenant.clock.jump(2 * DAY);
    expect(await provider.status(SALES)).toMatchObject({ state: 'action-required', remedy: { who: 'operator', action: 'sign-in-again' } });
    expect(await failureOf(ask(provider, IMAP))).toMatchObject({ code: 'auth.interaction-required', remedy: { who: 'operator' }, detail: { status: expect.stringContaining('AADSTS500133') as string } });
  });

  it('has to be that of the account that the configuration names', async () => {
    await using world = await openWorld();
    const provider = await world.open({ grant: 'assertion', token: await userToken(world), account: 'support@contoso.test' });
    expect(await failureOf(ask(provider, IMAP))).toMatchObject({ code: 'auth.wrong-account' });
    expect(world.posted).toEqual([]);
  });

  it('is missed where there is none', async () => {
    await using world = await openWorld();
    const provider = await world.open({ grant: 'assertion', tokenFile: '/nowhere/token' });
    expect(await failureOf(ask(provider, IMAP))).toMatchObject({ code: 'config.invalid', message: expect.stringContaining(SALES.address) as string });
    expect(await provider.status(SALES)).toMatchObject({ state: 'action-required', remedy: { action: 'fix-config' } });
  });
});
