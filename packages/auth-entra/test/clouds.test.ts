import { describe, expect, it } from 'vitest';
import type { CloudName } from '../src/clouds.ts';
import { plugin } from '../src/index.ts';
import { createSharedTokens } from './memory-tokens.ts';
import { ask, GRAPH, IMAP, validated } from './world.ts';

/** Microsoft's own hosts cannot be reached from a test: what is asked of them, and nothing else, is written down. */
async function askIn(cloud: CloudName) {
  const asked: string[] = [];
  const fetch = (async (url: string, init?: RequestInit) => {
    asked.push(`${new URL(url).origin}${new URL(url).pathname} ${new URLSearchParams(typeof init?.body === 'string' ? init.body : '').get('scope')}`);
    return Response.json({ token_type: 'Bearer', access_token: 'token', expires_in: 3_600 });
  }) as typeof globalThis.fetch;
  const clock = { now: () => new Date(), sleep: () => new Promise<void>(() => {}) };
  const config = await validated({ tenant: 'contoso.com', clientId: 'app', clientSecret: 's3cret', cloud });
  await using provider = await plugin.open({ config, clock, fetch, network: {}, tokens: createSharedTokens(), log: { log() {} } });
  await ask(provider, GRAPH);
  await ask(provider, IMAP);
  return asked;
}

describe('a cloud', () => {
  it.each([
    ['global', 'https://login.microsoftonline.com', 'https://graph.microsoft.com', 'https://outlook.office365.com'],
    ['us-government', 'https://login.microsoftonline.us', 'https://graph.microsoft.us', 'https://outlook.office365.us'],
    ['us-dod', 'https://login.microsoftonline.us', 'https://dod-graph.microsoft.us', 'https://outlook.office365.us'],
    ['china', 'https://login.partner.microsoftonline.cn', 'https://microsoftgraph.chinacloudapi.cn', 'https://partner.outlook.cn'],
  ] as const)('has its own hosts, and needs no discovery to be asked (%s)', async (cloud, entra, graph, outlook) => {
    const token = `${entra}/contoso.com/oauth2/v2.0/token`;
    expect(await askIn(cloud)).toEqual([`${token} ${graph}/.default`, `${token} ${outlook}/.default`]);
  });
});
