import { type AuthPlugin, type AuthProvider, type Clock, defineAuth, defineTransport, type Facet, type MailTransport, type Plugin, type Secret, type TransportPlugin } from '@signalbox/core';
import { z } from 'zod';
import { type Config, type ConfigProblem, ConfigError, createRegistry, type Flow, loadConfig, type MailboxRoutes, resolveRoutes } from '../src/index.ts';

export interface LoadOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
}

export const loadText = (text: string, { env = {}, files = {} }: LoadOptions = {}): Promise<Config> =>
  loadConfig({
    file: '/etc/signalbox/signalbox.yaml',
    text,
    env,
    async readFile(path) {
      const content = files[path.replaceAll('\\', '/').replace(/^[A-Z]:/, '')];
      if (content === undefined) throw Object.assign(new Error(`no such file ${path}`), { code: 'ENOENT' });
      return content;
    },
  });

/** The problems of a configuration that must be refused. */
export async function problemsOf(text: string, options?: LoadOptions): Promise<readonly ConfigProblem[]> {
  try {
    await loadText(text, options);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  throw new Error('The configuration was accepted.');
}

const secretValue = z.custom<Secret>((value) => typeof value === 'object' && value !== null && 'reveal' in value, 'expected a secret');

const server = z.strictObject({ host: z.string(), port: z.number().optional(), tls: z.enum(['implicit', 'starttls']).default('implicit'), greeting: z.string().optional() });

/** What the fake plugins were asked to do, in order. */
export interface Journal {
  readonly events: string[];
}

/** A transport of which only the presence of its facets is looked at. */
export const opened = (facets: readonly Facet[], close: () => Promise<void> = async () => {}): MailTransport => ({
  probe: { check: async () => ({ checks: [] }) },
  ...(Object.fromEntries(facets.map((facet) => [facet, {}])) as Partial<MailTransport>),
  [Symbol.asyncDispose]: close,
});

export const fakeTransport = (name: string, overrides: Partial<TransportPlugin> = {}, journal: Journal = { events: [] }): Plugin =>
  defineTransport({
    kind: 'transport',
    name,
    version: '1.2.3',
    contract: '^1.0',
    config: server,
    facets: ['receive', 'mutate'],
    credentials: ['bearer', 'password'],
    async open({ mailbox }) {
      journal.events.push(`open ${name} ${mailbox.id}`);
      return opened(['receive', 'send'], async () => void journal.events.push(`close ${name} ${mailbox.id}`));
    },
    ...overrides,
  });

const fakeProvider = (name: string, journal: Journal): AuthProvider => ({
  credentialsFor: () => ({ getCredential: () => Promise.reject(new Error('not asked for here')) }),
  status: async () => ({ state: 'ready' }),
  revoke: async () => {},
  async [Symbol.asyncDispose]() {
    journal.events.push(`close ${name}`);
  },
});

export const fakeAuth = (name: string, overrides: Partial<AuthPlugin> = {}, journal: Journal = { events: [] }): Plugin =>
  defineAuth({
    kind: 'auth',
    name,
    version: '0.9.0',
    contract: '^1.0',
    config: z.looseObject({}),
    issues: ['bearer'],
    async open() {
      journal.events.push(`open ${name}`);
      return fakeProvider(name, journal);
    },
    ...overrides,
  });

export const passwordSettings = z.strictObject({ username: z.string().optional(), password: secretValue });

/** A house of plugins as an application would bundle it; the names are the tests' own. */
export const bundle = (journal: Journal = { events: [] }): readonly Plugin[] => [
  fakeTransport('imap', {}, journal),
  fakeTransport('smtp', { facets: ['send'] }, journal),
  fakeTransport('cloud', { facets: ['receive', 'mutate', 'send'], credentials: ['bearer'], config: z.strictObject({ region: z.string().optional() }) }, journal),
  fakeAuth('password', { issues: ['password'], config: passwordSettings }, journal),
  fakeAuth('tenant', { config: z.looseObject({ tenant: z.string(), grant: z.string() }) }, journal),
  fakeAuth('static', { config: z.strictObject({ username: z.string().optional(), token: secretValue.optional(), tokenFile: z.string().optional() }) }, journal),
];

export const presets: Readonly<Record<string, Flow>> = {
  basic: { receive: { transport: 'imap', auth: 'password' }, send: { transport: 'smtp', auth: 'password' } },
  relay: { send: { transport: 'smtp', auth: 'password' } },
  cloud: {
    receive: { transport: 'cloud', auth: 'tenant', settings: 'entra', authOptions: { grant: 'client-credentials' } },
    send: { transport: 'cloud', auth: 'tenant', settings: 'entra', authOptions: { grant: 'client-credentials' } },
  },
  token: { receive: { transport: 'imap', auth: 'static' }, send: { transport: 'smtp', auth: 'static' } },
};

export interface RouteText extends LoadOptions {
  readonly flows?: Readonly<Record<string, Flow>>;
  readonly plugins?: readonly Plugin[];
  readonly importFrom?: string;
}

export async function routesOf(text: string, { flows = presets, plugins = bundle(), importFrom, ...load }: RouteText = {}): Promise<readonly MailboxRoutes[]> {
  const config = await loadText(text, load);
  const registry = await createRegistry({ bundled: plugins, external: config.plugins, positions: config.positions, ...(importFrom !== undefined && { importFrom }) });
  return resolveRoutes({ config, registry, flows });
}

/** Stands still until a test moves it. */
export const stillClock: Clock = { now: () => new Date(0), sleep: () => new Promise(() => {}) };
