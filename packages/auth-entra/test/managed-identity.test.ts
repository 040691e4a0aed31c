import { describe, expect, it } from 'vitest';
import { plugin } from '../src/index.ts';
import { createSharedTokens } from './memory-tokens.ts';
import { ask, failureOf, GRAPH, IMAP, SALES, validated } from './world.ts';

const NOW = new Date('2026-11-24T12:00:00Z');

/** The metadata service of a virtual machine, as documented: it is reached at a fixed address, so that here its fetch is played. */
async function openMachine(answer: (url: URL, headers: Headers) => Response, identity: { readonly clientId?: string } = {}) {
  const asked: URL[] = [];
  const fetch = (async (input: string, init?: RequestInit) => {
    const url = new URL(input);
    asked.push(url);
    return answer(url, new Headers(init?.headers));
  }) as typeof globalThis.fetch;
  const config = await validated({ tenant: 'contoso.test', clientId: 'app', managedIdentity: identity });
  const clock = { now: () => NOW, sleep: () => new Promise<void>(() => {}) };
  const provider = await plugin.open({ config, clock, fetch, network: {}, tokens: createSharedTokens(), log: { log() {} } });
  return { provider, asked };
}

const told = (url: URL, token: string) => Response.json({ access_token: token, expires_on: String(NOW.getTime() / 1_000 + 7_200), resource: url.searchParams.get('resource'), token_type: 'Bearer' });

describe('a managed identity', () => {
  it('is asked for a token of the one resource, with the header that proves no redirect happened', async () => {
    const { provider, asked } = await openMachine((url, headers) => (headers.get('metadata') === 'true' ? told(url, 'machine-token') : new Response(null, { status: 400 })));
    const { token, expiresAt } = await ask(provider, IMAP);
    expect(token.reveal()).toBe('machine-token');
    expect(expiresAt).toEqual(new Date(NOW.getTime() + 7_200_000));
    expect(asked.map((url) => [url.host, url.searchParams.get('resource')])).toEqual([['169.254.169.254', 'https://outlook.office365.com']]);
    await ask(provider, IMAP);
    expect(asked).toHaveLength(1);
    await provider[Symbol.asyncDispose]();
  });

  it('may be one of several that the machine has', async () => {
    const { provider, asked } = await openMachine((url) => told(url, 'assigned'), { clientId: 'assigned-id' });
    await ask(provider, GRAPH);
    expect(asked[0]!.searchParams.get('client_id')).toBe('assigned-id');
  });

  it('is reached through the fetch of the provider that asks, whoever asked first in this process', async () => {
    const [one, other] = [await openMachine((url) => told(url, 'one')), await openMachine((url) => told(url, 'other'))];
    expect([(await ask(one.provider, GRAPH)).token.reveal(), (await ask(other.provider, GRAPH)).token.reveal()]).toEqual(['one', 'other']);
    expect([one.asked.length, other.asked.length]).toEqual([1, 1]);
  });

  it('is told apart from a machine that has none, and from one that is busy', async () => {
    const none = await openMachine(() => Response.json({ error: 'invalid_request', error_description: 'Identity not found' }, { status: 400 }));
    expect(await failureOf(ask(none.provider, GRAPH))).toMatchObject({ code: 'config.invalid', detail: { text: 'Identity not found' } });
    const busy = await openMachine(() => Response.json({ error: 'busy' }, { status: 429, headers: { 'retry-after': '7' } }));
    expect(await failureOf(ask(busy.provider, GRAPH))).toMatchObject({ code: 'throttled', retryAfterMs: 7_000 });
    expect(await busy.provider.status(SALES)).toMatchObject({ state: 'unavailable' });
  });
});
