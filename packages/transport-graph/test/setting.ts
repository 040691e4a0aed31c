import { type ChangeBatch, type MailTransport, secret, type TransportContext } from '@signalbox/core';
import { type FaultInput, type FaultName, keptSource, type Mailbox, startTenant, type Tenant, type TenantOptions, trustingFetch } from '@signalbox/tenant-sim';
import { type GraphConfig, graphConfig } from '../src/config.ts';
import { GraphClient } from '../src/http/client.ts';
import { plugin } from '../src/index.ts';

export const ADDRESS = 'sales@contoso.test';

export interface Setting {
  readonly tenant: Tenant;
  readonly mailbox: Mailbox;
  readonly context: TransportContext<GraphConfig>;
  /** Every request that left, in order. */
  readonly requests: readonly SentRequest[];
  /** What was logged, in order. */
  readonly logged: readonly { readonly event: string; readonly fields?: Readonly<Record<string, unknown>> }[];
  readonly open: (config?: object, context?: Partial<TransportContext<GraphConfig>>) => Promise<MailTransport>;
  readonly client: (config?: object, context?: Partial<TransportContext<GraphConfig>>) => GraphClient;
  readonly put: (lines: readonly string[], folder?: string) => ReturnType<Mailbox['append']>;
  readonly fault: <N extends FaultName>(name: N, options?: FaultInput<N>, times?: number) => Disposable;
}

export interface SentRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

export const facetsOf = ({ receive, mutate }: MailTransport) => {
  if (!receive || !mutate) throw new Error('The Graph transport has both facets.');
  return { receive, mutate };
};

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** What changed, in few words. */
export const told = (batches: readonly ChangeBatch[]): string[] =>
  batches.flatMap(({ changes }) => changes.map((change) => (change.type === 'message-added' ? `added ${change.message.subject}` : change.type === 'message-updated' ? `updated ${[...change.keywords].join(' ')}`.trim() : 'removed')));

/** Runs a test with a tenant of its own; closes all in the end. */
export async function setting(test: (setting: Setting) => Promise<void>, options: TenantOptions = {}): Promise<void> {
  await using tenant = await startTenant({ doors: ['graph'], mime: 'kept', ...options });
  await using network = trustingFetch(tenant.certificates.ca);
  await using all = new AsyncDisposableStack();
  const mailbox = tenant.store.mailbox(ADDRESS)!;
  const [app] = tenant.directory.apps();
  const requests: SentRequest[] = [];
  const logged: { event: string; fields?: Readonly<Record<string, unknown>> }[] = [];
  const configOf = (config: object): GraphConfig => graphConfig.parse({ baseUrl: tenant.doors.graph!.baseUrl, ...config });
  const context: TransportContext<GraphConfig> = {
    mailbox: { id: 'sales', address: ADDRESS },
    config: configOf({}),
    credentials: { getCredential: async () => ({ kind: 'bearer', username: ADDRESS, token: secret((await tenant.tokens.issue({ app: app!, resource: 'graph' })).token) }) },
    clock: tenant.clock,
    fetch: async (input, init) => {
      requests.push({ method: init?.method ?? 'GET', url: input as string, headers: init?.headers as Record<string, string> });
      return network.fetch(input, init);
    },
    network: {},
    log: { log: (_, event, fields) => void logged.push({ event, ...(fields && { fields }) }) },
  };
  await test({
    tenant,
    mailbox,
    context,
    requests,
    logged,
    open: async (config = {}, more = {}) => all.use(await plugin.open({ ...context, config: configOf(config), ...more })),
    client: (config = {}, more = {}) => all.use(new GraphClient({ ...context, ...more, config: configOf(config), root: `/users/${ADDRESS}` })),
    put: (lines, folder = 'inbox') => mailbox.append(folder, { source: keptSource(Buffer.from(`${lines.join('\r\n')}\r\n`)) }),
    fault: (name, options, times) => tenant.faults.set(name, options, times === undefined ? {} : { times }),
  });
}
