import { type AuthPlugin, defineAuth, type Plugin, type Secret, secret, type TokenStore } from '@signalbox/core';
import { plugin as entra } from '@signalbox/auth-entra';
import { type Door, openBrowser, startTenant, type Tenant, type TenantOptions } from '@signalbox/tenant-sim';
import { plugin as graph } from '@signalbox/transport-graph';
import { plugin as imap } from '@signalbox/transport-imap';
import { plugin as smtp } from '@signalbox/transport-smtp';
import { createFetchPool } from '../src/composition/fetch-pool.ts';
import type { DoctorJson } from './doctor-world.ts';
import { type Outcome, type RunSettings, signalbox } from './io.ts';
import { withConfig } from './workspace.ts';

export const CLIENT_ID = '00000000-0000-0000-0000-000000000001';

/** What a run does differently. */
export interface RunOptions extends Pick<RunSettings, 'signal' | 'onOutput'> {
  /** More settings of the plugin `entra`, in YAML. */
  readonly settings?: string;
  readonly clientSecret?: string;
  /** The section `network`, in YAML; the tenant's authority is in `ca.pem`. */
  readonly network?: string;
  /** More files beside the configuration. */
  readonly files?: Readonly<Record<string, string>>;
  /** More of a mailbox's lines, in YAML. */
  readonly mailboxes?: string;
}

/** Everything of Microsoft's, and one application that serves a mailbox by each flow. */
export interface EntraWorld extends AsyncDisposable {
  readonly tenant: Tenant;
  /** What was asked of Entra's token endpoint by all runs so far. */
  readonly tokenRequests: number;
  /** Signs in the owner of a mailbox. Every later run finds the sign-in as it is now. */
  signIn(address: string): Promise<void>;
  run(argv: readonly string[], options?: RunOptions): Promise<Outcome>;
  examine(mailbox: string, options?: RunOptions): Promise<DoctorJson>;
}

export async function openEntraWorld(options: Pick<TenantOptions, 'host'> = {}): Promise<EntraWorld> {
  const tenant = await startTenant(options);
  const kept = new Map<string, Secret>();
  const counts = { tokenRequests: 0 };
  const run: EntraWorld['run'] = async (argv, { settings = '', network = 'ca: ca.pem', files = {}, clientSecret = 'adapter-secret', mailboxes = '', ...io } = {}) => {
    await using workspace = await withConfig(configuration(tenant, { settings, network }) + mailboxes, { ...files, 'ca.pem': tenant.certificates.ca });
    // What one run stores is no other's: no row of a table may depend on the one before.
    return await signalbox(argv, { ...io, cwd: workspace.folder, env: { CLIENT_SECRET: clientSecret }, plugins: [graph, imap, smtp, remembering(new Map(kept), tenant, counts)] });
  };
  return {
    tenant,
    get tokenRequests() {
      return counts.tokenRequests;
    },
    run,
    examine: async (mailbox, options) => JSON.parse((await run(['doctor', mailbox, '--json'], options)).stdout) as DoctorJson,
    signIn: (address) => signIn(tenant, kept, address),
    [Symbol.asyncDispose]: () => tenant[Symbol.asyncDispose](),
  };
}

const originOf = ({ doors }: Tenant): string => new URL(doors.entra!.authority).origin;
const hostOf = ({ host }: Door): string => (host === '::1' ? "'::1'" : 'localhost');

const configuration = (tenant: Tenant, { settings, network }: Required<Pick<RunOptions, 'settings' | 'network'>>, { doors, directory } = tenant): string => `version: 1
organization: contoso
network: { ${network} }
entra: { tenant: ${directory.tenant.domain}, clientId: ${CLIENT_ID}, clientSecret: '\${env:CLIENT_SECRET}' }
auth: { entra: { authority: '${originOf(tenant)}' ${settings && `, ${settings}`} } }
servers:
  graph: { baseUrl: '${doors.graph!.baseUrl}', pollIntervalMs: 200 }
  imap: { host: ${hostOf(doors.imap!)}, port: ${doors.imap!.port}, tls: implicit }
  smtp: { host: ${hostOf(doors.smtp!)}, port: ${doors.smtp!.port}, tls: starttls }
mailboxes:
  - { id: sales, address: sales@contoso.test, flow: o365-client-credentials }
  - { id: support, address: support@contoso.test, flow: o365-on-behalf-of }
  - { id: shared, address: shared@contoso.test, flow: o365-imap-client-credentials }
`;

/** The plugin as it is, on the tenant's clock and with a store that outlives the command. */
const remembering = (kept: Map<string, Secret>, { clock }: Tenant, counts: { tokenRequests: number }): Plugin =>
  defineAuth({
    ...(entra as AuthPlugin),
    open(context, options) {
      const fetch: typeof globalThis.fetch = (input, init) => {
        if (init?.method === 'POST' && /\/oauth2\/v2\.0\/token(?:\?|$)/.test(input instanceof Request ? input.url : input.toString())) counts.tokenRequests += 1;
        return context.fetch(input, init);
      };
      return (entra as AuthPlugin).open({ ...context, fetch, clock, tokens: storeOf(kept) }, options);
    },
  });

function storeOf(kept: Map<string, Secret>): TokenStore {
  const put = (key: string, value: Secret | undefined): Secret | undefined => {
    if (value) kept.set(key, value);
    else kept.delete(key);
    return value;
  };
  return {
    read: async (key) => kept.get(key),
    write: async (key, value) => void put(key, value),
    delete: async (key) => void put(key, undefined),
    update: async (key, change) => put(key, await change(kept.get(key))),
  };
}

async function signIn(tenant: Tenant, kept: Map<string, Secret>, address: string): Promise<void> {
  await using fetches = createFetchPool();
  const network = { ca: [tenant.certificates.ca] };
  const given = { authority: originOf(tenant), tenant: tenant.directory.tenant.domain, clientId: CLIENT_ID, clientSecret: secret('adapter-secret'), grant: 'delegated' };
  const checked = await entra.config['~standard'].validate(given);
  if (checked.issues) throw new Error(checked.issues.map(({ message }) => message).join(' '));
  const provider = await entra.open({ config: checked.value, clock: tenant.clock, tokens: storeOf(kept), network, fetch: fetches.fetchFor(network), log: { log() {} } });
  await using _closed = provider;
  const challenge = await provider.login!.begin({ id: 'support', address }, { prefer: 'browser', redirectUri: 'http://localhost' });
  if (challenge.type !== 'browser') throw new Error('A browser was asked for.');
  const browser = await openBrowser(tenant).open(challenge.authorizationUrl);
  await browser.submit({ username: address });
  await browser.submit({ password: tenant.directory.user(address)!.password });
  await provider.login!.finish(challenge, { callbackUrl: browser.location });
}
