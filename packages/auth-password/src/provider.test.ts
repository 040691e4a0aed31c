import { inspect } from 'node:util';
import { isMailError, MailError, secret } from '@signalbox/core';
import { describe, expect, it } from 'vitest';
import { plugin } from './plugin.ts';
import { openPassword } from './provider.ts';

const mailbox = { id: 'sales', address: 'sales@example.test' };
const failure = async (work: Promise<unknown>): Promise<MailError> => {
  const error: unknown = await work.then(
    () => new Error('it succeeded'),
    (thrown: unknown) => thrown,
  );
  if (!isMailError(error)) throw error;
  return error;
};

describe('the password provider', () => {
  it('signs in with the mailbox address when no user name is set', async () => {
    await using provider = openPassword({ password: secret('s3cret') });
    const credential = await provider.credentialsFor(mailbox).getCredential({ accept: ['bearer', 'password'] });
    expect(credential).toMatchObject({ kind: 'password', username: 'sales@example.test' });
    expect(credential.kind === 'password' && credential.password.reveal()).toBe('s3cret');
  });

  it('signs in with the user name that is set', async () => {
    await using provider = openPassword({ username: 'CONTOSO\\sales', password: secret('s3cret') });
    expect(await provider.credentialsFor(mailbox).getCredential({ accept: ['password'] })).toMatchObject({ username: 'CONTOSO\\sales' });
  });

  it('has no second password for a transport that hands the first one back, and says who replaces it', async () => {
    await using provider = openPassword({ password: secret('s3cret') });
    const source = provider.credentialsFor(mailbox);
    const rejected = await source.getCredential({ accept: ['password'] });
    const error = await failure(source.getCredential({ accept: ['password'], rejected }));
    expect(error).toMatchObject({ code: 'auth.rejected', remedy: { who: 'operator', action: 'replace-credential' } });
    expect(`${inspect(error, { depth: 9 })} ${JSON.stringify(error)}`).not.toContain('s3cret');
  });

  it('refuses a transport that takes tokens only, naming what it takes', async () => {
    await using provider = openPassword({ password: secret('s3cret') });
    const error = await failure(provider.credentialsFor(mailbox).getCredential({ accept: ['bearer'] }));
    expect(error.code).toBe('config.invalid');
    expect(error.message).toContain('bearer');
  });

  it('rejects with the reason of an abort', async () => {
    await using provider = openPassword({ password: secret('s3cret') });
    const reason = new Error('stop');
    await expect(provider.credentialsFor(mailbox).getCredential({ accept: ['password'], signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it('asks for action after the password was revoked', async () => {
    await using provider = openPassword({ password: secret('s3cret') });
    expect(await provider.status(mailbox)).toEqual({ state: 'ready' });
    await provider.revoke(mailbox);
    await provider.revoke(mailbox);
    expect(await provider.status(mailbox)).toMatchObject({ state: 'action-required' });
    expect((await failure(provider.credentialsFor(mailbox).getCredential({ accept: ['password'] }))).code).toBe('auth.interaction-required');
  });
});

describe('the configuration of the password plugin', () => {
  it('takes a secret as it is and wraps a text', async () => {
    const given = secret('s3cret');
    const wrapped = await plugin.config['~standard'].validate({ password: given });
    expect(wrapped.issues === undefined && wrapped.value.password).toBe(given);
    const plain = await plugin.config['~standard'].validate({ password: 's3cret' });
    expect(plain.issues === undefined && plain.value.password.reveal()).toBe('s3cret');
  });

  it.each([[{}], [{ password: '' }], [{ password: 7 }], [{ password: 'x', user: 'y' }]])('refuses %j', async (config) => {
    expect((await plugin.config['~standard'].validate(config)).issues?.length).toBeGreaterThan(0);
  });
});
