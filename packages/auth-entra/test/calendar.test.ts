import type { AuthProvider } from '@signalbox/core';
import { describe, expect, it } from 'vitest';
import { createKeyPair } from './key-pairs.ts';
import { ask, type Config, DAY, type EntraWorld, failureOf, GRAPH, IMAP, openWorld, SALES, signInAt } from './world.ts';

const renewal = { every: 'quarter', timeZone: 'UTC' } as const;
const delegated = { grant: 'delegated', clientSecret: undefined, renewal } as const;
const inDays = (world: EntraWorld, days: number): string => new Date(world.tenant.clock.now().getTime() + days * DAY).toISOString();
const warnings = (world: EntraWorld) => world.events('auth.deadline-near').map(({ fields }) => [fields?.['what'], fields?.['threshold']]);
const passed = (world: EntraWorld) => world.events('auth.deadline-passed').map(({ fields }) => fields?.['what']);

async function signIn(world: EntraWorld, config: Config = delegated): Promise<AuthProvider> {
  const provider = await world.open(config);
  const challenge = await provider.login!.begin(SALES, { prefer: 'browser', redirectUri: 'http://localhost' });
  if (challenge.type !== 'browser') throw new Error('A browser was asked for.');
  await provider.login!.finish(challenge, { callbackUrl: await signInAt(world, challenge.authorizationUrl, { address: SALES.address }) });
  return provider;
}

describe('the end of a secret', () => {
  it('is warned of 60, 30, 14, 7 and 1 days before, each once, over restarts and mailboxes', async () => {
    await using world = await openWorld();
    const config = { secretExpiresAt: inDays(world, 61) };
    let provider = await world.open(config);
    for (let day = 0; day < 61; day += 1) {
      for (const id of ['a', 'b']) await ask(provider, GRAPH, {}, { id, address: `${id}@contoso.test` });
      if (day % 10 === 0) provider = await world.open(config);
      world.tenant.clock.jump(DAY);
    }
    await provider.status(SALES);
    expect(warnings(world)).toEqual([60, 30, 14, 7, 1].map((threshold) => ['secret', threshold]));
    expect(passed(world)).toEqual(['secret']);
    expect(world.events('auth.deadline-near')[0]).toMatchObject({ level: 'warn', fields: { daysLeft: 60, remedy: expect.stringContaining('client secret') as string } });
  });

  it('needs somebody only when no other credential is left', async () => {
    await using world = await openWorld();
    const both = { secretExpiresAt: inDays(world, 1), secondClientSecret: 'second', secondSecretExpiresAt: inDays(world, 100) };
    world.tenant.clock.jump(2 * DAY);
    expect(await (await world.open(both)).status(SALES)).toMatchObject({ state: 'ready', deadlines: [{ what: 'secret' }, { what: 'secret' }] });
    expect(await (await world.open({ secretExpiresAt: both.secretExpiresAt })).status(SALES)).toMatchObject({ state: 'action-required', remedy: { action: 'replace-credential' } });
  });

  it('starts to be counted anew when it was replaced', async () => {
    await using world = await openWorld();
    await (await world.open({ secretExpiresAt: inDays(world, 5) })).status(SALES);
    await (await world.open({ secretExpiresAt: inDays(world, 400) })).status(SALES);
    await (await world.open({ secretExpiresAt: inDays(world, 6) })).status(SALES);
    expect(warnings(world)).toEqual([['secret', 7], ['secret', 7]]);
  });
});

describe('a clock that jumps 90 days', () => {
  it('brings one warning for each deadline, then the need to act, and never a loop', async () => {
    await using world = await openWorld();
    const key = await createKeyPair(90);
    const provider = await signIn(world, { ...delegated, renewal: undefined });
    const app = await world.open({ clientSecret: undefined, certificate: { certificate: key.certificate, privateKey: key.privateKey } });
    world.tenant.clock.jump(90 * DAY + 60_000);
    const before = world.posted.length;
    for (let round = 0; round < 20; round += 1) {
      expect(await failureOf(ask(provider, IMAP))).toMatchObject({ code: 'auth.interaction-required' });
      expect(await provider.status(SALES)).toMatchObject({ state: 'action-required', remedy: { action: 'sign-in-again' } });
      expect(await app.status(SALES)).toMatchObject({ state: 'action-required', remedy: { action: 'replace-credential' } });
    }
    expect(world.posted).toHaveLength(before + 1);
    expect([...warnings(world), ...passed(world)]).toEqual(['idle', 'certificate']);
    expect(world.events('auth.sign-in-ended')).toHaveLength(1);
  });
});

describe('the sign-in of a person', () => {
  it('is warned of before it is too long unused', async () => {
    await using world = await openWorld();
    const provider = await signIn(world, { ...delegated, renewal: undefined });
    for (const days of [29, 2, 30]) {
      world.tenant.clock.jump(days * DAY);
      await provider.status(SALES);
    }
    expect(warnings(world)).toEqual([['idle', 60], ['idle', 30]]);
    await ask(provider, IMAP);
    expect(await provider.status(SALES)).toMatchObject({ state: 'ready' });
    expect(warnings(world)).toHaveLength(2);
  });

  it('is due each quarter where that is the rule: the status says so, and mail still flows', async () => {
    await using world = await openWorld({ startAt: new Date('2026-11-24T12:00:00Z') });
    const provider = await signIn(world);
    for (let month = 0; month < 4; month += 1) {
      world.tenant.clock.jump(24 * DAY);
      expect(await ask(provider, IMAP)).toMatchObject({ kind: 'bearer' });
    }
    expect(await provider.status(SALES)).toMatchObject({ state: 'action-required', account: SALES.address, remedy: { action: 'sign-in-again' } });
    expect(warnings(world).filter(([what]) => what === 'renewal').length).toBeGreaterThan(1);
    expect(passed(world)).toEqual(['renewal']);
    await signIn(world);
    expect(await provider.status(SALES)).toMatchObject({ state: 'ready' });
  });
});
