import type { Mailbox } from '@signalbox/core';
import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { ask, CLIENT_ID, DAY, failureOf, GRAPH, IMAP, openWorld, SALES, SECRET, SHARED, SMTP, SUPPORT } from './world.ts';

describe('the application as itself', () => {
  it('gets a token for Graph, named after the mailbox, that says when it ends', async () => {
    await using world = await openWorld();
    const provider = await world.open();
    const { username, token, expiresAt } = await ask(provider, GRAPH);
    expect(username).toBe(SALES.address);
    expect(decodeJwt(token.reveal())).toMatchObject({ aud: 'https://graph.microsoft.com', appid: CLIENT_ID, roles: ['Mail.ReadWrite', 'Mail.Send'] });
    expect(Math.abs(expiresAt!.getTime() / 1_000 - decodeJwt(token.reveal()).exp!)).toBeLessThan(5);
  });

  it('turns what IMAP and SMTP need of a person into what an application needs, and asks once for both', async () => {
    await using world = await openWorld();
    const provider = await world.open();
    const imap = await ask(provider, IMAP);
    const smtp = await ask(provider, SMTP, {}, SHARED);
    expect(decodeJwt(imap.token.reveal())).toMatchObject({ aud: 'https://outlook.office365.com', roles: ['IMAP.AccessAsApp', 'SMTP.SendAsApp'] });
    expect([smtp.token.reveal(), smtp.username]).toEqual([imap.token.reveal(), SHARED.address]);
    expect(world.posted.map(({ form }) => form['scope'])).toEqual(['https://outlook.office365.com/.default']);
  });

  it('asks once for 1,000 mailboxes', async () => {
    await using world = await openWorld();
    const provider = await world.open();
    const mailboxes = Array.from({ length: 1_000 }, (_, index): Mailbox => ({ id: `m${index}`, address: `m${index}@contoso.test` }));
    const got = await Promise.all(mailboxes.map((mailbox) => ask(provider, GRAPH, {}, mailbox)));
    expect(new Set(got.map(({ token }) => token.reveal())).size).toBe(1);
    expect(world.posted).toHaveLength(1);
  });

  it('asks once for 50 callers at the same moment, over two processes', async () => {
    await using world = await openWorld();
    const [one, other] = [await world.open(), await world.open()];
    await Promise.all(Array.from({ length: 50 }, (_, index) => ask(index % 2 === 0 ? one : other, GRAPH)));
    expect(world.posted).toHaveLength(1);
  });

  it('does not ask anew after a restart', async () => {
    await using world = await openWorld();
    const before = await ask(await world.open(), GRAPH);
    const after = await ask(await world.open({ username: 'someone@contoso.test' }), GRAPH);
    expect(after.token.reveal()).toBe(before.token.reveal());
    expect(after.username).toBe('someone@contoso.test');
    expect(world.posted).toHaveLength(1);
  });

  it('has to prove the credential of its own configuration, and not live on the token of another', async () => {
    await using world = await openWorld();
    await ask(await world.open(), GRAPH);
    const mistyped = await world.open({ clientSecret: 'mistyped' });
    expect(await failureOf(ask(mistyped, GRAPH))).toMatchObject({ code: 'auth.rejected' });
    expect(await mistyped.status(SALES)).toMatchObject({ state: 'action-required' });
    const right = await world.open();
    expect(await ask(right, GRAPH)).toMatchObject({ kind: 'bearer' });
    expect(await right.status(SALES)).toMatchObject({ state: 'ready' });
    expect(world.posted).toHaveLength(2);
  });

  it('asks anew ahead of the end, and keeps the old token while Entra cannot answer', async () => {
    await using world = await openWorld();
    world.tenant.directory.updateTenant({ accessTokenLifetime: 3_600 });
    const provider = await world.open();
    const first = await ask(provider, GRAPH);
    world.tenant.clock.jump(51 * 60_000);
    const outage = world.tenant.faults.set('http.refuse', { door: 'entra', status: 503 });
    expect((await ask(provider, GRAPH)).token.reveal()).toBe(first.token.reveal());
    expect(world.events('auth.renewal-postponed')).toHaveLength(1);
    outage[Symbol.dispose]();
    world.tenant.clock.jump(120_000);
    expect((await ask(provider, GRAPH)).token.reveal()).not.toBe(first.token.reveal());
  });

  it('has what was granted since within an hour, without a restart, however long its token lives', async () => {
    await using world = await openWorld();
    world.tenant.directory.updateApp(CLIENT_ID, { roles: [{ resource: 'graph', role: 'Mail.ReadWrite' }] });
    const provider = await world.open();
    const first = await ask(provider, GRAPH);
    expect(first.expiresAt!.getTime() - world.tenant.clock.now().getTime()).toBeGreaterThan(0.8 * DAY);
    world.tenant.directory.updateApp(CLIENT_ID, { roles: [{ resource: 'graph', role: 'Mail.ReadWrite' }, { resource: 'graph', role: 'Mail.Send' }] });
    world.tenant.clock.jump(59 * 60_000);
    expect((await ask(provider, GRAPH)).token.reveal()).toBe(first.token.reveal());
    world.tenant.clock.jump(60_000);
    expect(decodeJwt((await ask(provider, GRAPH)).token.reveal())).toMatchObject({ roles: ['Mail.ReadWrite', 'Mail.Send'] });
    expect(world.posted).toHaveLength(2);
  });

  it('gets a fresh token for one that a server refused, the same one for everybody who holds the old one', async () => {
    await using world = await openWorld();
    const provider = await world.open();
    const old = await ask(provider, GRAPH);
    world.tenant.clock.jump(1_000);
    const fresh = await Promise.all([SALES, SUPPORT, SHARED].map((mailbox) => ask(provider, GRAPH, { rejected: old }, mailbox)));
    const [text] = fresh.map(({ token }) => token.reveal());
    expect(new Set(fresh.map(({ token }) => token.reveal()))).toEqual(new Set([text]));
    expect(text).not.toBe(old.token.reveal());
    expect(world.posted).toHaveLength(2);
  });

  it('says so when the replacement is refused at once, and asks again a while later', async () => {
    await using world = await openWorld();
    const provider = await world.open();
    const second = await ask(provider, GRAPH, { rejected: await ask(provider, GRAPH) });
    expect(await failureOf(ask(provider, GRAPH, { rejected: second }))).toMatchObject({ code: 'auth.rejected', remedy: { action: 'grant-mailbox-access' } });
    world.tenant.clock.jump(30_000);
    expect((await ask(provider, GRAPH, { rejected: second })).token.reveal()).not.toBe(second.token.reveal());
  });

  it('hands a claims challenge on, in the base64 that servers send, and keeps what it declared by itself', async () => {
    await using world = await openWorld();
    const provider = await world.open();
    await ask(provider, GRAPH);
    const claims = Buffer.from(JSON.stringify({ access_token: { nbf: { essential: true, value: '1700000000' } } })).toString('base64');
    const challenged = await Promise.all([ask(provider, GRAPH, { claims }), ask(provider, GRAPH, { claims }, SUPPORT)]);
    expect(world.posted).toHaveLength(2);
    expect(JSON.parse(world.posted[1]!.form['claims']!)).toMatchObject({ access_token: { nbf: { essential: true, value: '1700000000' }, xms_cc: { values: ['cp1'] } } });
    expect((await ask(provider, GRAPH, { claims })).token.reveal()).toBe(challenged[0].token.reveal());
    expect(world.posted).toHaveLength(2);
    expect(await failureOf(ask(provider, GRAPH, { claims: 'no claims' }))).toMatchObject({ code: 'protocol.violation' });
  });

  it('forgets its tokens on request, also while nothing can be reached', async () => {
    await using world = await openWorld();
    const provider = await world.open();
    await ask(provider, GRAPH);
    world.tenant.faults.set('http.refuse', { door: 'entra', status: 503 });
    await provider.revoke(SALES);
    await provider.revoke(SALES);
    expect(world.tokens.keys().filter((key) => key.includes('/application/'))).toEqual([]);
    expect(await failureOf(ask(provider, GRAPH))).toMatchObject({ code: 'unavailable' });
  });

  it('has nobody sign in', async () => {
    await using world = await openWorld();
    expect((await world.open()).login).toBeUndefined();
  });

  it('ends only the waiting of the caller who has enough', async () => {
    await using world = await openWorld();
    const provider = await world.open();
    world.tenant.faults.set('http.slow', { door: 'entra', ms: 200 }, { times: 1 });
    const [patient, leaving] = [ask(provider, GRAPH), AbortSignal.timeout(20)];
    const left = await failureOf(ask(provider, GRAPH, { signal: leaving }));
    expect(left).toBe(leaving.reason);
    await expect(patient).resolves.toMatchObject({ kind: 'bearer' });
    expect(world.posted).toHaveLength(1);
  });

  it('gives up on an Entra that never answers', async () => {
    await using world = await openWorld();
    const provider = await world.open();
    world.tenant.faults.set('http.slow', { door: 'entra', ms: DAY });
    const waiting = failureOf(ask(provider, GRAPH));
    await expect.poll(() => world.tenant.faults.list()[0]?.struck).toBe(1);
    world.tenant.clock.jump(31_000);
    expect(await waiting).toMatchObject({ code: 'timeout' });
  });

  it('ends what is under way when it is disposed of, and gives nothing afterwards', async () => {
    await using world = await openWorld();
    const provider = await world.open();
    world.tenant.faults.set('http.slow', { door: 'entra', ms: DAY });
    const waiting = failureOf(ask(provider, GRAPH));
    await expect.poll(() => world.tenant.faults.list()[0]?.struck).toBe(1);
    await provider[Symbol.asyncDispose]();
    expect(await waiting).toMatchObject({ code: 'transport.closed' });
    expect(await failureOf(ask(provider, GRAPH))).toMatchObject({ code: 'transport.closed' });
  });

  it('goes on by itself without a store, and says so once', async () => {
    await using world = await openWorld();
    const provider = await world.open({ secondClientSecret: 'second' });
    world.tokens.break(new Error('disk full'));
    const got = await Promise.all(Array.from({ length: 20 }, () => ask(provider, GRAPH)));
    expect(new Set(got.map(({ token }) => token.reveal())).size).toBe(1);
    expect(world.posted).toHaveLength(1);
    expect(await provider.status(SALES)).toMatchObject({ state: 'ready' });
    world.tenant.directory.updateApp(CLIENT_ID, { enabled: false });
    expect(await failureOf(ask(provider, GRAPH, { rejected: got[0]! }))).toMatchObject({ code: 'auth.rejected' });
    expect(await provider.status(SALES)).toMatchObject({ state: 'action-required' });
    expect(world.events('auth.store-failed')).toHaveLength(1);
  });

  it('never writes a secret or a token where people read', async () => {
    await using world = await openWorld();
    const provider = await world.open();
    const { token } = await ask(provider, GRAPH);
    world.tenant.directory.updateApp(CLIENT_ID, { enabled: false });
    world.tenant.clock.jump(DAY);
    const failure = await failureOf(ask(provider, GRAPH));
    const read = [JSON.stringify(world.logged), JSON.stringify(failure), String(failure), JSON.stringify(await provider.status(SALES)), ...world.tokens.keys()].join('\n');
    expect(world.tokens.all().join('\n')).toContain(token.reveal());
    for (const canary of [SECRET, token.reveal(), Buffer.from(SECRET).toString('base64')]) expect(read).not.toContain(canary);
  });
});
