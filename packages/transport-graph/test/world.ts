import type { FolderRole } from '@signalbox/core';
import { type Faults, openTestHost, type World } from '@signalbox/conformance';
import { issueFrom, type Mailbox, openSecondDoor, startTenant, type Tenant, trustingFetch } from '@signalbox/tenant-sim';
import { plugin } from '../src/index.ts';

const RECIPIENTS = ['ada@contoso.test', 'ben@contoso.test'] as const;
/** Above what goes as MIME, so that both ways are taken. */
const MAX_BYTES = 5_000_000;

/** One tenant for all worlds, a mailbox for each: what is switched for one must not touch another. */
export const openTenant = (): Promise<Tenant> =>
  startTenant({
    doors: ['graph'],
    mime: 'kept',
    tenant: { acceptedDomains: ['contoso.test'], limits: { messageBytes: MAX_BYTES } },
    users: RECIPIENTS.map((userPrincipalName) => ({ userPrincipalName })),
    apps: [{ scopes: [{ resource: 'graph', scope: 'Mail.ReadWrite' }, { resource: 'graph', scope: 'Mail.Send' }] }],
  });

let worlds = 0;

export interface GraphWorldOptions {
  readonly config?: Readonly<Record<string, unknown>>;
  /** Called before each request that leaves. */
  readonly trouble?: (place: { readonly mailbox: string }, renewCredential: () => Promise<void>) => Promise<void>;
}

export async function openGraphWorld(tenant: Tenant, { config = {}, trouble }: GraphWorldOptions = {}): Promise<World> {
  worlds += 1;
  const address = `case-${worlds}@contoso.test`;
  tenant.directory.addUser({ userPrincipalName: address });
  const mailbox = tenant.store.mailbox(address)!;
  const network = cuttableNetwork(tenant.certificates.ca);
  const host = await openTestHost({
    plugin,
    mailbox: { id: 'case', address },
    config: { baseUrl: tenant.doors.graph!.baseUrl, pollIntervalMs: 100, throttlePatienceMs: 300, ...config },
    issuer: issueFrom(tenant, 'bearer', address, 'graph'),
    fetch: async (input, init) => {
      await trouble?.({ mailbox: address }, async () => host.faults.renewCredential?.());
      return network.fetch(input, init);
    },
  });
  return {
    ...host.world,
    transport: await host.open(),
    recipients: RECIPIENTS,
    sharesProcess: true,
    door: { ...openSecondDoor(tenant, mailbox), expunge: (role, subject) => erase(tenant, mailbox, role, subject) },
    defects: { 'message/sender': 'Graph shows the first address of From only (docs/quirks/graph.md)' },
    faults: { ...host.faults, ...faultsOf(mailbox, tenant), dropConnections: () => network.cut() },
    async [Symbol.asyncDispose]() {
      await host[Symbol.asyncDispose]();
      await network.cut();
      tenant.directory.removeUser(address);
    },
  };
}

const FOLDERS: Readonly<Record<string, string>> = { sent: 'sentitems', junk: 'junkemail', trash: 'deleteditems' };

/** An immutable id finds a message also where deleted ones are kept for an administrator, so that one is gone only once that time is over too. */
async function erase({ facts }: Tenant, mailbox: Mailbox, role: FolderRole, subject: string): Promise<void> {
  for (const message of mailbox.folder(FOLDERS[role] ?? role)?.messages.slice() ?? []) {
    if (facts.headers(message).subject !== subject) continue;
    mailbox.remove(message, 'recoverable');
    mailbox.remove(message, 'recoverable');
  }
}

/** Connections that can be cut under a `fetch`; the next request opens new ones. */
function cuttableNetwork(ca: string): { readonly fetch: typeof globalThis.fetch; cut(): Promise<void> } {
  let network = trustingFetch(ca);
  return {
    fetch: (input, init) => network.fetch(input, init),
    async cut() {
      const old = network;
      network = trustingFetch(ca);
      await old[Symbol.asyncDispose]();
    },
  };
}

function faultsOf(mailbox: Mailbox, { faults }: Tenant): Faults {
  const place = { mailbox: mailbox.address };
  const once = { times: 1 };
  return {
    async expireCursors() {
      faults.set('graph.delta-gone', place, once);
    },
    hang: async () => faults.set('http.slow', { ...place, ms: 3_600_000 }),
    throttle: async () => faults.set('http.refuse', { ...place, status: 429 }),
    fillMailbox: async () => faults.set('mailbox.full', place),
    async loseNextSendAnswer() {
      faults.set('http.drop-response', { ...place, method: 'POST', when: 'after', path: '/send' }, once);
    },
    // No recipient is refused: whom the tenant does not have is told of later, by mail (FACTS.md E1).
    foreignSender: RECIPIENTS[0],
    tooLarge: MAX_BYTES,
  };
}
