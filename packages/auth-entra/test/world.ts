import type { AuthProvider, BearerToken, CredentialRequest, Mailbox } from '@signalbox/core';
import { openBrowser, startTenant, type Tenant, type TenantOptions, type TestBrowser, trustingFetch } from '@signalbox/tenant-sim';
import { plugin } from '../src/index.ts';
import { createSharedTokens, type SharedTokens } from './memory-tokens.ts';

export const CLIENT_ID = '00000000-0000-0000-0000-000000000001';
export const SECRET = 'adapter-secret';
export const SALES: Mailbox = { id: 'sales', address: 'sales@contoso.test' };
export const SUPPORT: Mailbox = { id: 'support', address: 'support@contoso.test' };
export const SHARED: Mailbox = { id: 'shared', address: 'shared@contoso.test' };

export const GRAPH = 'https://graph.microsoft.com/.default';
export const IMAP = 'https://outlook.office.com/IMAP.AccessAsUser.All';
export const SMTP = 'https://outlook.office.com/SMTP.Send';
export const DAY = 86_400_000;

export type Config = Readonly<Record<string, unknown>>;

export interface Logged {
  readonly level: string;
  readonly event: string;
  readonly fields?: Readonly<Record<string, unknown>>;
}

export interface Posted {
  readonly path: string;
  readonly form: Readonly<Record<string, string>>;
}

/** A simulated tenant, and providers in front of it that share one store, each as if it ran in a process of its own. */
export interface EntraWorld extends AsyncDisposable {
  readonly tenant: Tenant;
  readonly tokens: SharedTokens;
  readonly logged: Logged[];
  /** What was sent to the token endpoint. */
  readonly posted: Posted[];
  readonly fetch: typeof globalThis.fetch;
  open(config?: Config): Promise<AuthProvider>;
  browser(): TestBrowser;
  events(name: string): readonly Logged[];
}

export async function openWorld(options: TenantOptions = {}): Promise<EntraWorld> {
  const tenant = await startTenant({ doors: ['entra'], ...options });
  const network = trustingFetch(tenant.certificates.ca);
  const tokens = createSharedTokens();
  const logged: Logged[] = [];
  const posted: Posted[] = [];
  const opened: AuthProvider[] = [];
  const fetch: typeof globalThis.fetch = async (input, init = {}) => {
    const url = input as string;
    if (init.method === 'POST' && /\/oauth2\/v2\.0\/token/.test(url)) posted.push({ path: new URL(url).pathname, form: Object.fromEntries(new URLSearchParams(init.body as string)) });
    return network.fetch(url, init);
  };
  return {
    tenant,
    tokens,
    logged,
    posted,
    fetch,
    async open(config = {}) {
      const { clock } = tenant;
      const log = { log: (level: string, event: string, fields?: Readonly<Record<string, unknown>>) => void logged.push({ level, event, ...(fields && { fields }) }) };
      const provider = await plugin.open({ config: await validated({ ...placeOf(tenant), ...config }), clock, log, fetch, network: {}, tokens });
      opened.push(provider);
      return provider;
    },
    browser: () => openBrowser(tenant),
    events: (name) => logged.filter(({ event }) => event === name),
    async [Symbol.asyncDispose]() {
      for (const provider of opened) await provider[Symbol.asyncDispose]();
      await network[Symbol.asyncDispose]();
      await tenant[Symbol.asyncDispose]();
    },
  };
}

export const placeOf = (tenant: Tenant) => ({ authority: `https://localhost:${tenant.doors.entra?.port}`, tenant: 'contoso.test', clientId: CLIENT_ID, clientSecret: SECRET });

export async function validated(config: Config) {
  const result = await plugin.config['~standard'].validate(config);
  if (result.issues) throw new Error(result.issues.map(({ message, path }) => `${(path ?? []).map(String).join('.')}: ${message}`).join('; '));
  return result.value;
}

export async function ask(provider: AuthProvider, scope: string, more: Partial<CredentialRequest> = {}, mailbox: Mailbox = SALES): Promise<BearerToken> {
  const credential = await provider.credentialsFor(mailbox).getCredential({ accept: ['bearer'], scopes: [scope], ...more });
  if (credential.kind !== 'bearer') throw new Error(`A token was asked for, and a ${credential.kind} came.`);
  return credential;
}

/** Enters name and password, and consents if the page asks for it. */
export async function signInAt(world: EntraWorld, url: string, { address, password = 'sales-password' }: { readonly address: string; readonly password?: string }): Promise<string> {
  const browser = await world.browser().open(url);
  await browser.submit({ username: address });
  await browser.submit({ password });
  return browser.location;
}

/** The failure of a call that has to fail. */
export async function failureOf(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
  } catch (error) {
    return error;
  }
  throw new Error('It did not fail.');
}
