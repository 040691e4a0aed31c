import { join } from 'node:path';
import { freePort, openReverseProxy, type ReverseProxy } from '@signalbox/local-servers';
import { keptSource, startTenant, type Tenant, trustingFetch } from '@signalbox/tenant-sim';
import { withConfig } from './workspace.ts';

export const CLIENT_ID = '00000000-0000-0000-0000-000000000001';
export const SALES = 'sales@contoso.test';

/** Longer than any of these tests: what comes sooner was told by a call. */
export const NEVER_MS = 240_000;

interface Subscription {
  readonly id: string;
  readonly notificationUrl: string;
  readonly expirationDateTime: string;
}

/** A tenant that calls back through a reverse proxy, and a configuration to be called at. */
export interface NotifiedWorld extends AsyncDisposable {
  readonly tenant: Tenant;
  readonly proxy: ReverseProxy;
  readonly folder: string;
  /** Where calls arrive. */
  readonly port: number;
  readonly env: Readonly<Record<string, string>>;
  readonly deliver: (subject: string) => void;
  /** What the application has subscribed to, as Graph tells it. */
  readonly subscriptions: () => Promise<readonly Subscription[]>;
}

export interface NotifiedOptions {
  readonly pollIntervalMs?: number;
  /** Leaves the section `notifications` out. */
  readonly unreachable?: boolean;
}

export async function openNotifiedWorld({ pollIntervalMs = NEVER_MS, unreachable = false }: NotifiedOptions = {}): Promise<NotifiedWorld> {
  await using stack = new AsyncDisposableStack();
  const tenant = stack.use(await startTenant({ doors: ['entra', 'graph'] }));
  const port = await freePort();
  const proxy = stack.use(await openReverseProxy(tenant.certificates, port));
  const notifications = `notifications:\n  publicUrl: ${proxy.origin}/signalbox\n  listen: { port: ${port} }\n`;
  const yaml = `version: 1
organization: contoso
network: { ca: ca.pem }
entra: { tenant: contoso.test, clientId: ${CLIENT_ID}, clientSecret: '\${env:CLIENT_SECRET}' }
auth: { entra: { authority: '${new URL(tenant.doors.entra!.authority).origin}' } }
servers: { graph: { baseUrl: '${tenant.doors.graph!.baseUrl}', pollIntervalMs: ${pollIntervalMs} } }
${unreachable ? '' : notifications}mailboxes: [{ id: sales, address: ${SALES}, flow: o365-client-credentials }]
`;
  const { folder } = stack.use(await withConfig(yaml, { 'ca.pem': tenant.certificates.ca }));
  const trusting = stack.use(trustingFetch(tenant.certificates.ca));
  const app = tenant.directory.app(CLIENT_ID)!;
  const kept = stack.move();
  return {
    tenant,
    proxy,
    folder,
    port,
    env: { CLIENT_SECRET: 'adapter-secret', SIGNALBOX_DATA: join(folder, 'data') },
    deliver: (subject) => void tenant.store.mailbox(SALES)!.append('inbox', { source: keptSource(Buffer.from(`From: ada@example.org\r\nSubject: ${subject}\r\n\r\nHi\r\n`)) }),
    async subscriptions() {
      const { token } = await tenant.tokens.issue({ app, resource: 'graph' });
      const response = await trusting.fetch(`${tenant.doors.graph!.baseUrl}/subscriptions`, { headers: { authorization: `Bearer ${token}` } });
      return ((await response.json()) as { readonly value: readonly Subscription[] }).value;
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
