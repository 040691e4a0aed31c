import type { Credential, CredentialKind, CredentialRequest } from '@signalbox/core';
import { describe, expect, it } from 'vitest';
import { type CredentialIssuer, issuerThatSets, switchableCredentials } from './switchable-credentials.ts';

/** Issues one, two, three…; `working` is what opens the mailbox. */
function numbered(kind: CredentialKind = 'password') {
  const working = new Set<string>();
  let count = 0;
  const issuer: CredentialIssuer = {
    kind,
    username: 'robin',
    async issue() {
      const value = `number ${(count += 1)}`;
      working.add(value);
      return value;
    },
    withdraw: async (value) => void working.delete(value),
  };
  return { issuer, working };
}

const request = (rejected?: Credential): CredentialRequest => ({ accept: ['password', 'bearer'], ...(rejected && { rejected }) });
const valueOf = (credential: Credential): string => (credential.kind === 'password' ? credential.password : credential.token).reveal();

describe('switchable credentials', () => {
  it.each(['password', 'bearer'] as const)('are of the kind that the issuer gives: %s', async (kind) => {
    const { issuer } = numbered(kind);
    const credential = await (await switchableCredentials(issuer)).getCredential(request());
    expect(credential).toMatchObject({ kind, username: 'robin' });
    expect(valueOf(credential)).toBe('number 1');
  });

  it('give the fresh one to everybody who hands back an old one, and to everybody after that', async () => {
    const { issuer, working } = numbered();
    const source = await switchableCredentials(issuer);
    const old = await source.getCredential(request());
    await source.faults.renewCredential?.();
    expect([...working]).toEqual(['number 2']);
    expect(valueOf(await source.getCredential(request()))).toBe('number 1');
    for (const asked of [request(old), request(old), request()]) expect(valueOf(await source.getCredential(asked))).toBe('number 2');
  });

  it.each([
    ['password', 'auth.rejected'],
    ['bearer', 'auth.interaction-required'],
  ] as const)('have no other when the newest is handed back, and say who can help: %s', async (kind, code) => {
    const source = await switchableCredentials(numbered(kind).issuer);
    const newest = await source.getCredential(request());
    await expect(source.getCredential(request(newest))).rejects.toMatchObject({ code, remedy: { text: expect.stringMatching(/\S/) } });
  });

  it('are wrong and without an alternative until the refusal is disposed of', async () => {
    const { issuer, working } = numbered();
    const source = await switchableCredentials(issuer);
    let wrong: Credential;
    {
      await using _ = await source.faults.refuseCredentials();
      wrong = await source.getCredential(request());
      expect(working).not.toContain(valueOf(wrong));
      await expect(source.getCredential(request(wrong))).rejects.toMatchObject({ code: 'auth.rejected' });
    }
    expect(valueOf(await source.getCredential(request(wrong)))).toBe('number 1');
  });

  it('tell all they have handed out, wrong ones too, to look for where it must not be', async () => {
    const source = await switchableCredentials(numbered().issuer);
    await using _ = await source.faults.refuseCredentials();
    await source.faults.renewCredential?.();
    expect(source.secrets).toContain(valueOf(await source.getCredential(request())));
    expect(source.secrets).toEqual(expect.arrayContaining(['number 1', 'number 2']));
  });

  it('count who asks, who hands back, and for which kinds', async () => {
    const source = await switchableCredentials(numbered().issuer);
    const first = await source.getCredential({ accept: ['password'] });
    await source.getCredential(request(first)).catch(() => {});
    expect(source.faults.credentialRequests()).toEqual({ asked: 2, rejected: 1, accepted: ['password', 'bearer'] });
  });

  it('cannot be renewed where the issuer cannot withdraw', async () => {
    const source = await switchableCredentials({ kind: 'password', username: 'robin', issue: async () => 'the only one' });
    expect(source.faults.renewCredential).toBeUndefined();
  });

  it('refuse a transport that takes no credential of their kind', async () => {
    const source = await switchableCredentials(numbered('bearer').issuer);
    await expect(source.getCredential({ accept: ['password'] })).rejects.toMatchObject({ code: 'config.invalid' });
  });

  it('give nothing to whoever has stopped asking', async () => {
    const source = await switchableCredentials(numbered().issuer);
    const reason = new Error('enough');
    await expect(source.getCredential({ ...request(), signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it('are what the server was told to take, where it can be told', async () => {
    const told: (string | undefined)[] = [];
    const source = await switchableCredentials(issuerThatSets('bearer', 'robin', (value) => void told.push(value)));
    await source.faults.renewCredential?.();
    const [first, nothing, second] = told;
    expect(nothing).toBeUndefined();
    expect(second).not.toBe(first);
    expect(source.secrets).toEqual([first, second]);
  });
});
