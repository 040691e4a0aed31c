import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { plugin } from '@signalbox/auth-entra';
import type { AuthProvider, TokenStore } from '@signalbox/core';
import { systemClock } from '@signalbox/kit';
import { openStore, type Store } from '@signalbox/store';
import { type Tenant, trustingFetch } from '@signalbox/tenant-sim';
import { describe, expect, it } from 'vitest';
import { entraSection, IMAP, SALES, signInOnPage, startEntra } from './entra-tenant.ts';
import { noteOf, type RefreshSettings } from './refresh-notes.ts';

/** `SIGNALBOX_KILLS=50` for the figure in the store's README. */
const KILLS = Number(process.env['SIGNALBOX_KILLS'] ?? 5);
const LEASE_MS = 300;
/** Longer than a token of the tenant lives (FACTS.md A9: up to 28 hours). */
const TOKEN_LIFE_MS = 30 * 3_600_000;
const script = fileURLToPath(new URL('child/refresh.ts', import.meta.url));

interface World extends AsyncDisposable {
  readonly tenant: Tenant;
  readonly folder: string;
  readonly config: Readonly<Record<string, unknown>>;
  openStore(): Promise<Store>;
  /** A provider as a process of its own would have it. */
  openProvider(tokens: TokenStore, fetch?: typeof globalThis.fetch): Promise<AuthProvider>;
  readonly fetch: typeof globalThis.fetch;
}

async function world(): Promise<World> {
  const tenant = await startEntra();
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-refresh-'));
  const config = { ...entraSection(tenant), grant: 'delegated' };
  const trusting = trustingFetch(tenant.certificates.ca);
  const opened: AsyncDisposable[] = [];
  return {
    tenant,
    folder,
    config,
    fetch: trusting.fetch,
    async openStore() {
      const store = await openStore({ directory: join(folder, 'data'), clock: systemClock, leaseMs: LEASE_MS });
      opened.push(store);
      return store;
    },
    async openProvider(tokens, fetch = trusting.fetch) {
      const validated = await plugin.config['~standard'].validate(config);
      if (validated.issues) throw new Error(JSON.stringify(validated.issues));
      const provider = await plugin.open({ config: validated.value, clock: tenant.clock, log: { log() {} }, fetch, network: {}, tokens });
      opened.push(provider);
      return provider;
    },
    async [Symbol.asyncDispose]() {
      for (const each of opened.toReversed()) await each[Symbol.asyncDispose]();
      await trusting[Symbol.asyncDispose]();
      await tenant[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function signIn(tenant: Tenant, { login }: AuthProvider): Promise<void> {
  const challenge = await login?.begin(SALES, { prefer: 'browser', redirectUri: 'http://localhost:49152' });
  if (challenge?.type !== 'browser') throw new Error('A browser was asked for.');
  await login?.finish(challenge, { callbackUrl: await signInOnPage(tenant, challenge.authorizationUrl, SALES.address) });
}

/** The same store, that tells under which name the sign-in was kept. */
function watchingNames(tokens: TokenStore, names: Set<string>): TokenStore {
  const seen = (name: string): string => (names.add(name), name);
  return {
    read: (name, options) => tokens.read(name, options),
    write: (name, value, options) => tokens.write(seen(name), value, options),
    delete: (name, options) => tokens.delete(name, options),
    update: (name, change, options) => tokens.update(seen(name), change, options),
  };
}

/** The answer to a renewal stays on its way until it is let go. */
function heldRenewal(inner: typeof globalThis.fetch): { readonly fetch: typeof globalThis.fetch; readonly asked: Promise<void>; readonly answer: () => void } {
  const [asked, answer] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const held = async (...args: Parameters<typeof globalThis.fetch>): Promise<Response> => {
    const response = await inner(...args);
    if (args[1]?.method !== 'POST') return response;
    asked.resolve();
    await answer.promise;
    return response;
  };
  return { fetch: held, asked: asked.promise, answer: () => answer.resolve() };
}

interface Said {
  readonly token: string;
  readonly aheadMs: number;
}

/** What a process that renews all the time said it had handed out, until it was killed. */
async function refreshAndKill(settings: RefreshSettings, afterMs: number): Promise<readonly Said[]> {
  const child = spawn(process.execPath, ['--conditions=@signalbox/source', script, JSON.stringify(settings)], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'close');
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const said: Said[] = [];
  const first = Promise.withResolvers<void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    said.push(JSON.parse(line) as Said);
    first.resolve();
  });
  await Promise.race([first.promise, ended.then(() => expect.fail(`The child ended early: ${stderr}`))]);
  await sleep(afterMs);
  child.kill('SIGKILL');
  await ended;
  return said;
}

describe('the renewal of a sign-in', () => {
  it(`killed with kill -9 ${KILLS} times leaves a token that opens, that the tenant issued, and that is never older than the last one handed out`, { timeout: 30_000 + KILLS * 6000 }, async () => {
    await using here = await world();
    const names = new Set<string>();
    const store = await here.openStore();
    await signIn(here.tenant, await here.openProvider(watchingNames(store.tokens, names)));
    const [name = ''] = [...names].filter((each) => each.includes('/account/'));
    const journal = join(here.folder, 'journal');
    const settings = { directory: join(here.folder, 'data'), leaseMs: LEASE_MS, config: here.config, ca: here.tenant.certificates.ca, journal };
    let aheadMs = TOKEN_LIFE_MS;
    let handedOut = 0;
    for (let kill = 0; kill < KILLS; kill += 1) {
      const said = await refreshAndKill({ ...settings, aheadMs }, (kill * 37) % 200);
      handedOut += said.length;
      aheadMs = (said.at(-1)?.aheadMs ?? aheadMs) + TOKEN_LIFE_MS;
      const issued = (await readFile(journal, 'utf8')).trim().split('\n');
      const record = JSON.parse((await store.tokens.read(name))?.reveal() ?? '{}') as { refreshToken: string; access: Record<string, { token: string }> };
      const kept = noteOf(JSON.stringify({ access_token: Object.values(record.access)[0]?.token, refresh_token: record.refreshToken })) ?? 'nothing';
      const lastHandedOut = issued.findLastIndex((note) => note.split(' ')[0] === said.at(-1)?.token.split(' ')[0]);
      expect(issued).toContain(kept); // opens, was issued, and both tokens come from one answer
      expect(lastHandedOut).toBeGreaterThanOrEqual(0);
      expect(issued.lastIndexOf(kept)).toBeGreaterThanOrEqual(lastHandedOut);
    }
    // And it works: the tenant takes it.
    here.tenant.clock.jump(TOKEN_LIFE_MS);
    const credential = await (await here.openProvider(store.tokens)).credentialsFor(SALES).getCredential({ accept: ['bearer'], scopes: [IMAP] });
    expect(credential.kind).toBe('bearer');
    console.log(`${KILLS} kills, ${handedOut} tokens handed out, each of them older than or as old as what was kept`);
  });

  it('that races another sign-in never puts the old one back', { timeout: 30_000 }, async () => {
    await using here = await world();
    const [one, other] = [await here.openStore(), await here.openStore()];
    const names = new Set<string>();
    await signIn(here.tenant, await here.openProvider(watchingNames(one.tokens, names)));
    const [name = ''] = [...names].filter((each) => each.includes('/account/'));
    const idOf = async (): Promise<unknown> => (JSON.parse((await other.tokens.read(name))?.reveal() ?? '{}') as { id?: unknown }).id;
    const old = await idOf();
    const { fetch: slow, asked, answer } = heldRenewal(here.fetch);
    here.tenant.clock.jump(TOKEN_LIFE_MS);
    const renewing = (await here.openProvider(one.tokens, slow)).credentialsFor(SALES).getCredential({ accept: ['bearer'], scopes: [IMAP] });
    await asked;
    await signIn(here.tenant, await here.openProvider(other.tokens));
    const replaced = await idOf();
    answer();
    await renewing;
    expect(replaced).not.toBe(old);
    expect(await idOf()).toBe(replaced);
  });

  it('that races a sign-out brings nothing back', { timeout: 30_000 }, async () => {
    await using here = await world();
    const [one, other] = [await here.openStore(), await here.openStore()];
    await signIn(here.tenant, await here.openProvider(one.tokens));
    const { fetch: slow, asked, answer } = heldRenewal(here.fetch);
    here.tenant.clock.jump(TOKEN_LIFE_MS);
    const renewing = (await here.openProvider(one.tokens, slow)).credentialsFor(SALES).getCredential({ accept: ['bearer'], scopes: [IMAP] });
    const outcome = Promise.allSettled([renewing]);
    await asked;
    const provider = await here.openProvider(other.tokens);
    await provider.revoke(SALES);
    answer();
    expect(await outcome).toMatchObject([{ status: 'rejected', reason: { code: 'auth.interaction-required' } }]);
    expect(await provider.status(SALES)).toMatchObject({ state: 'action-required' });
  });
});
