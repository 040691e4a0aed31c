import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { type Clock, isMailError, MailError, secret } from '@signalbox/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plugin } from './plugin.ts';
import { openTokens } from './provider.ts';

const mailbox = { id: 'support', address: 'support@example.test' };
const noon = new Date('2026-11-24T12:00:00Z');
const clock: Clock = { now: () => noon, sleep: () => Promise.reject(new Error('nobody sleeps here')) };
const accept = ['bearer'] as const;
const withExpiry = (token: string, minutes: number): string =>
  JSON.stringify({ access_token: token, expiresAt: new Date(noon.getTime() + minutes * 60_000).toISOString() });

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'signalbox-token-'));
});
afterAll(() => rm(directory, { recursive: true }));

const failure = async (work: Promise<unknown>): Promise<MailError> => {
  const error: unknown = await work.then(
    () => new Error('it succeeded'),
    (thrown: unknown) => thrown,
  );
  if (!isMailError(error)) throw error;
  return error;
};

describe('the token provider', () => {
  it('reads the file for every request, so that a renewed token is used at once', async () => {
    const tokenFile = join(directory, 'renewed');
    await writeFile(tokenFile, withExpiry('first', 60));
    await using provider = openTokens({ tokenFile }, clock);
    const source = provider.credentialsFor(mailbox);
    const first = await source.getCredential({ accept });
    expect(first).toMatchObject({ kind: 'bearer', username: 'support@example.test', expiresAt: new Date('2026-11-24T13:00:00Z') });
    await writeFile(tokenFile, 'second');
    const second = await source.getCredential({ accept, rejected: first });
    expect(second.kind === 'bearer' && second.token.reveal()).toBe('second');
  });

  it('counts a lifetime from when the file was written', async () => {
    const tokenFile = join(directory, 'lifetime');
    await writeFile(tokenFile, JSON.stringify({ access_token: 'tok3n', expires_in: 3600 }));
    const writtenAt = new Date(noon.getTime() - 1_800_000);
    await utimes(tokenFile, writtenAt, writtenAt);
    await using provider = openTokens({ tokenFile }, clock);
    expect(await provider.status(mailbox)).toEqual({ state: 'ready', expiresAt: new Date('2026-11-24T12:30:00Z') });
    await utimes(tokenFile, new Date(noon.getTime() - 7_200_000), new Date(noon.getTime() - 7_200_000));
    expect(await failure(provider.credentialsFor(mailbox).getCredential({ accept }))).toMatchObject({ code: 'auth.interaction-required' });
  });

  it('says who must renew a token that the server refused and the file still holds', async () => {
    const tokenFile = join(directory, 'stuck');
    await writeFile(tokenFile, 'tok3n');
    await using provider = openTokens({ tokenFile }, clock);
    const source = provider.credentialsFor(mailbox);
    const error = await failure(source.getCredential({ accept, rejected: await source.getCredential({ accept }) }));
    expect(error).toMatchObject({ code: 'auth.interaction-required', remedy: { action: 'sign-in-again' } });
    expect(error.remedy?.text).toContain(tokenFile);
    expect(`${inspect(error, { depth: 9 })} ${JSON.stringify(error)}`).not.toContain('tok3n');
  });

  it('hands out no token whose time is over', async () => {
    await using provider = openTokens({ token: secret(withExpiry('old', -1)) }, clock);
    expect(await failure(provider.credentialsFor(mailbox).getCredential({ accept }))).toMatchObject({ code: 'auth.interaction-required' });
    expect(await provider.status(mailbox)).toMatchObject({ state: 'action-required' });
  });

  it.each([
    ['is missing', undefined],
    ['is empty', ''],
    ['holds something else', '{"error":"invalid_grant"}'],
  ])('refuses a token file that %s, naming the file', async (what, text) => {
    const tokenFile = join(directory, what);
    if (text !== undefined) await writeFile(tokenFile, text);
    await using provider = openTokens({ tokenFile }, clock);
    const error = await failure(provider.credentialsFor(mailbox).getCredential({ accept }));
    expect(error).toMatchObject({ code: 'config.invalid', remedy: { who: 'operator' } });
    expect(error.message).toContain(tokenFile);
  });

  it('refuses a transport that takes passwords only', async () => {
    await using provider = openTokens({ token: secret('x') }, clock);
    expect(await failure(provider.credentialsFor(mailbox).getCredential({ accept: ['password'] }))).toMatchObject({ code: 'config.invalid' });
  });

  it('forgets the token when it is revoked', async () => {
    await using provider = openTokens({ token: secret('x') }, clock);
    expect(await provider.status(mailbox)).toEqual({ state: 'ready' });
    await provider.revoke(mailbox);
    expect(await provider.status(mailbox)).toMatchObject({ state: 'action-required' });
  });
});

describe('the configuration of the token plugin', () => {
  it.each([[{}], [{ token: 'x', tokenFile: 'y' }], [{ token: '' }], [{ tokenFile: 7 }]])('refuses %j', async (config) => {
    expect((await plugin.config['~standard'].validate(config)).issues?.length).toBeGreaterThan(0);
  });
  it.each([[{ token: 'x' }], [{ tokenFile: '/run/secrets/x', username: 'shared@example.test' }]])('takes %j', async (config) => {
    expect((await plugin.config['~standard'].validate(config)).issues).toBeUndefined();
  });
});
