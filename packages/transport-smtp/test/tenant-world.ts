import type { Faults, LoggedEvent, World } from '@signalbox/conformance';
import type { CredentialKind, FolderRole, LogLevel, MailTransport, TransportContext } from '@signalbox/core';
import { systemClock } from '@signalbox/kit';
import { type Mailbox, startTenant, type Tenant } from '@signalbox/tenant-sim';
import { type SmtpConfig, smtpConfig } from '../src/config.ts';
import { plugin } from '../src/index.ts';
import { TenantCredentials } from './tenant-credentials.ts';

const FOLDERS: Readonly<Record<FolderRole, string>> = { inbox: 'inbox', sent: 'sentitems', drafts: 'drafts', archive: 'archive', junk: 'junkemail', trash: 'deleteditems', outbox: 'outbox' };
const RECIPIENTS = ['ada@contoso.test', 'ben@contoso.test'] as const;
const MAX_BYTES = 5_000_000;

/** One tenant for all worlds, a mailbox for each: what is switched for one must not touch another. */
export const openTenant = (): Promise<Tenant> =>
  startTenant({
    doors: ['smtp'],
    mime: 'kept',
    tenant: { acceptedDomains: ['contoso.test'], limits: { messageBytes: MAX_BYTES } },
    users: RECIPIENTS.map((userPrincipalName) => ({ userPrincipalName })),
    apps: [{ scopes: [{ resource: 'exchange', scope: 'SMTP.Send' }] }],
  });

let worlds = 0;

export async function openTenantWorld(tenant: Tenant, credential: CredentialKind): Promise<World> {
  worlds += 1;
  const address = `case-${worlds}@contoso.test`;
  tenant.directory.addUser({ userPrincipalName: address });
  const mailbox = tenant.store.mailbox(address)!;
  const credentials = await TenantCredentials.create(tenant, address, credential);
  // Exchange Online files the Sent copy by itself.
  const config = { host: 'localhost', port: tenant.doors.smtp!.port, tls: 'starttls', ca: tenant.certificates.ca, sentCopy: 'automatic' };
  const events: LoggedEvent[] = [];
  const opened: MailTransport[] = [];
  const context: TransportContext<SmtpConfig> = {
    mailbox: { id: 'case', address },
    config: smtpConfig.parse(config),
    credentials,
    clock: systemClock,
    fetch: globalThis.fetch,
    network: {},
    log: { log: (level: LogLevel, event, fields) => void events.push({ level, event, ...(fields && { fields }) }) },
  };
  const open = async (): Promise<MailTransport> => {
    const transport = await plugin.open(context);
    opened.push(transport);
    return transport;
  };
  return {
    transport: await open(),
    address,
    recipients: RECIPIENTS,
    plugin,
    config,
    reopen: open,
    secrets: credentials.secrets,
    logged: () => events,
    sharesProcess: true,
    door: {
      submitted: async () => tenant.mailFlow.submitted.filter((mail) => mail.mailbox === address).map(({ mailFrom, rcptTo, raw }) => ({ mailFrom, rcptTo, raw })),
      stored: async (role) => storedIn(mailbox, FOLDERS[role]),
    },
    faults: faultsOf(mailbox, tenant, credentials),
    async [Symbol.asyncDispose]() {
      for (const transport of opened) await transport[Symbol.asyncDispose]();
      tenant.directory.removeUser(address);
    },
  };
}

/** The store itself: it knows nothing of SMTP. */
const storedIn = (mailbox: Mailbox, folder: string) =>
  mailbox.folder(folder)!.messages.map(({ source, isRead, arrivedAt }) => ({ raw: source.read(), keywords: new Set(isRead ? ['$seen'] : []), receivedAt: new Date(arrivedAt) }));

function faultsOf({ address }: Mailbox, { faults }: Tenant, credentials: TenantCredentials): Faults {
  const place = { mailbox: address };
  const whileHeld = (held: Disposable): AsyncDisposable => ({
    [Symbol.asyncDispose]: async () => held[Symbol.dispose](),
  });
  return {
    async dropConnections() {
      faults.set('smtp.drop-connections', {}, { times: 1 });
    },
    hang: async () => whileHeld(faults.set('smtp.hang')),
    async loseNextSendAnswer() {
      faults.set('smtp.cut-after-data', { ...place, accepted: true }, { times: 1 });
    },
    refuseCredentials: async () => credentials.refuse(),
    renewCredential: () => credentials.renew(),
    credentialRequests: () => credentials.requests(),
    throttle: async () => whileHeld(faults.set('smtp.throttled', place)),
    refusedRecipient: 'nobody@contoso.test',
    foreignSender: RECIPIENTS[0],
    tooLarge: MAX_BYTES,
  };
}
