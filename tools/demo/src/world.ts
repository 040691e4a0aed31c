import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Plugin } from '@signalbox/core';
import { keepTokenFile, startTenant, type Tenant } from '@signalbox/tenant-sim';
import { createMemoryPlugin, createMemoryServer } from '@signalbox/transport-memory';
import { loadBundledPlugins } from 'signalbox';
import { CLIENT_ID, configurationText } from './configuration.ts';

/** The servers behind the demo, and the configuration that routes to them. Disposal ends and removes all of it. */
export interface DemoWorld extends AsyncDisposable {
  /** The configuration file. */
  readonly file: string;
  /** Where Signalbox keeps what it must not lose. */
  readonly data: string;
  readonly plugins: readonly Plugin[];
  /** Puts a mail into the inbox of a mailbox, behind the back of its route. */
  deliver(mailbox: string, raw: Uint8Array): Promise<void>;
}

const DOMAIN = 'railway.example';
const SALES = `sales@${DOMAIN}`;
const ORDERS = `orders@${DOMAIN}`;
const SUPPORT = `support@${DOMAIN}`;
const PRESS = `press@${DOMAIN}`;

const newSecret = (): string => randomBytes(12).toString('base64url');

export async function openDemoWorld(): Promise<DemoWorld> {
  await using stack = new AsyncDisposableStack();
  const [password, secret] = [newSecret(), newSecret()];
  const tenant = stack.use(await openTenant(password, secret));
  const memory = createMemoryServer();
  memory.addMailbox(PRESS);

  const folder = await mkdtemp(join(tmpdir(), 'signalbox-demo-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'signalbox.yaml');
  await Promise.all([
    writeFile(file, configurationText({ entra: tenant.doors.entra!, graph: tenant.doors.graph!, imap: tenant.doors.imap!, smtp: tenant.doors.smtp! })),
    tenant.certificates.writeCa(join(folder, 'ca.pem')),
    writeFile(join(folder, 'sales.password'), password, { mode: 0o600 }),
    writeFile(join(folder, 'app.secret'), secret, { mode: 0o600 }),
  ]);
  stack.use(await keepTokenFile(tenant, { file: join(folder, 'support.token'), user: SUPPORT }));

  const inTenant = (address: string) => (raw: Uint8Array) => void tenant.mailFlow.deliver(tenant.store.mailbox(address)!, raw);
  const inboxes: Readonly<Record<string, (raw: Uint8Array) => void>> = { sales: inTenant(SALES), orders: inTenant(ORDERS), support: inTenant(SUPPORT), press: (raw) => memory.deliver(PRESS, { raw }) };
  const bundled = await loadBundledPlugins();
  const kept = stack.move(); // nothing may fail from here on
  return {
    file,
    data: join(folder, 'data'),
    plugins: [...bundled.filter(({ name }) => name !== 'memory'), createMemoryPlugin(memory)],
    deliver: async (mailbox, raw) => inboxes[mailbox]?.(raw),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** `press` has no mailbox there, but `sales` may send as `press`. */
const openTenant = (password: string, secret: string): Promise<Tenant> =>
  startTenant({
    doors: ['entra', 'graph', 'imap', 'smtp'],
    tenant: { domain: 'railway.onmicrosoft.com', displayName: 'Railway', acceptedDomains: [DOMAIN] },
    users: [
      { userPrincipalName: SALES, password },
      { userPrincipalName: ORDERS },
      { userPrincipalName: SUPPORT },
      { userPrincipalName: PRESS, licensed: false, delegates: [{ who: SALES, right: 'send-as' }] },
    ],
    apps: [
      {
        clientId: CLIENT_ID,
        displayName: 'Signalbox',
        secrets: [{ id: randomUUID(), value: secret, expiresAt: new Date(Date.now() + 180 * 86_400_000) }],
        roles: [
          { resource: 'graph', role: 'Mail.ReadWrite' },
          { resource: 'graph', role: 'Mail.Send' },
        ],
        scopes: [
          { resource: 'exchange', scope: 'IMAP.AccessAsUser.All' },
          { resource: 'exchange', scope: 'SMTP.Send' },
        ],
      },
    ],
  });
