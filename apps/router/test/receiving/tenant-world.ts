import { plugin as entra } from '@signalbox/auth-entra';
import { plugin as password } from '@signalbox/auth-password';
import { keptSource, type Mailbox, startTenant, type Tenant, trustingFetch } from '@signalbox/tenant-sim';
import { plugin as graph } from '@signalbox/transport-graph';
import { plugin as imap } from '@signalbox/transport-imap';
import { CLIENT_ID } from '../entra-world.ts';
import { openReceiving, type ReceivingOptions, type ReceivingWorld } from './world.ts';

export const ADDRESS = 'sales@contoso.test';

export interface TenantWorld extends ReceivingWorld {
  readonly tenant: Tenant;
  /** The mailbox behind all doors. */
  readonly account: Mailbox;
  /** Puts a letter into the inbox as if it had just come. */
  arrive(subject: string, about?: Arrival): ReturnType<Mailbox['append']>;
  /** The same mailbox through the other door from now on. */
  turnTo(door: Door): Promise<void>;
  /** Another address for it from now on; it is opened as before. */
  rename(address: string): Promise<void>;
}

export interface Arrival {
  readonly id?: string;
  readonly at?: Date;
  readonly folder?: string;
}

export type Door = 'imap' | 'graph';

export const letter = (subject: string, id = `${subject.replaceAll(' ', '-')}@example.org`): Buffer =>
  Buffer.from(
    `From: Ada <ada@example.org>\r\nTo: ${ADDRESS}\r\nDate: Wed, 25 Nov 2026 10:00:00 +0000\r\nSubject: ${subject}\r\n${id === '' ? '' : `Message-ID: <${id}>\r\n`}Content-Type: text/plain\r\n\r\nHi\r\n`,
  );

const configOf = (tenant: Tenant, door: Door, { more, ofImap }: More, address = ADDRESS): string => `network: { ca: /ca.pem }
entra: { tenant: ${tenant.directory.tenant.domain}, clientId: ${CLIENT_ID}, clientSecret: '\${env:CLIENT_SECRET}' }
auth: { entra: { authority: '${new URL(tenant.doors.entra!.authority).origin}' } }
servers:
  graph: { baseUrl: '${tenant.doors.graph!.baseUrl}', pollIntervalMs: 100 }
  imap: { host: localhost, port: ${tenant.doors.imap!.port}, tls: implicit, pollIntervalMs: 100${ofImap} }
mailboxes:
  - { id: sales, address: ${address}, username: ${ADDRESS}, servers: { graph: { user: ${ADDRESS} } }, receive: ${door === 'imap' ? 'basic' : 'o365-client-credentials'}, password: '\${env:PASSWORD}'${more} }
`;

/** YAML: at the end of the mailbox, and of the settings of the IMAP server. */
interface More {
  readonly more: string;
  readonly ofImap: string;
}

/** `fill` puts in what is there before anybody connects. */
export async function openTenant(door: Door, { fill, more = '', ofImap = '', ...options }: Partial<ReceivingOptions & More> & { readonly fill?: (world: { tenant: Tenant; account: Mailbox }) => void } = {}): Promise<TenantWorld> {
  const tenant = await startTenant({ mime: 'kept' });
  const network = trustingFetch(tenant.certificates.ca);
  const account = tenant.store.mailbox(ADDRESS)!;
  fill?.({ tenant, account });
  const world = await openReceiving({
    config: configOf(tenant, door, { more, ofImap }),
    plugins: [imap, graph, entra, password],
    env: { PASSWORD: tenant.directory.user(ADDRESS)!.password, CLIENT_SECRET: 'adapter-secret' },
    files: { '/ca.pem': tenant.certificates.ca },
    clock: tenant.clock,
    fetch: network.fetch,
    ...options,
  });
  return Object.defineProperties({} as TenantWorld, {
    ...Object.getOwnPropertyDescriptors(world),
    tenant: { value: tenant },
    account: { value: account },
    arrive: {
      value: (subject: string, { id, at, folder = 'inbox' }: Arrival = {}) => account.append(folder, { source: keptSource(letter(subject, id)), ...(at && { arrivedAt: at }) }),
    },
    rename: { value: (address: string) => world.restart({ config: configOf(tenant, door, { more, ofImap }, address) }) },
    turnTo: { value: (other: Door) => world.restart({ config: configOf(tenant, other, { more, ofImap }) }) },
    [Symbol.asyncDispose]: {
      async value() {
        await world[Symbol.asyncDispose]();
        await network[Symbol.asyncDispose]();
        await tenant[Symbol.asyncDispose]();
      },
    },
  });
}
