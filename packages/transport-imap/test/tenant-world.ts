import type { Door, Faults, LoggedEvent, World } from '@signalbox/conformance';
import type { CredentialKind, FolderRole, Keyword, LogLevel, MailTransport, TransportContext } from '@signalbox/core';
import { keptSource, type Mailbox, type Message, type MessageState, startTenant, type Tenant } from '@signalbox/tenant-sim';
import { systemClock } from '@signalbox/kit';
import { type ImapConfig, imapConfig } from '../src/config.ts';
import { plugin } from '../src/index.ts';
import { TenantCredentials } from './tenant-credentials.ts';

const FOLDERS: Readonly<Record<FolderRole, string>> = { inbox: 'inbox', sent: 'sentitems', drafts: 'drafts', archive: 'archive', junk: 'junkemail', trash: 'deleteditems', outbox: 'outbox' };

const STATE: Readonly<Record<Keyword, (message: Pick<MessageState, 'isRead' | 'isAnswered' | 'flag' | 'isDraft' | 'mdnSent'>) => boolean>> = {
  $seen: ({ isRead }) => isRead,
  $answered: ({ isAnswered }) => isAnswered,
  $flagged: ({ flag }) => flag === 'flagged',
  $draft: ({ isDraft }) => isDraft,
  $mdnsent: ({ mdnSent }) => mdnSent,
};

const stateOf = (keywords: readonly Keyword[]) => ({
  isRead: keywords.includes('$seen'),
  isAnswered: keywords.includes('$answered'),
  flag: keywords.includes('$flagged') ? ('flagged' as const) : ('notFlagged' as const),
  isDraft: keywords.includes('$draft'),
  mdnSent: keywords.includes('$mdnsent'),
});

/** One tenant for all worlds, a mailbox for each: what is switched for one must not touch another. */
export const openTenant = (): Promise<Tenant> =>
  startTenant({ doors: ['imap'], mime: 'kept', tenant: { acceptedDomains: ['contoso.test'] }, apps: [{ scopes: [{ resource: 'exchange', scope: 'IMAP.AccessAsUser.All' }] }] });

let worlds = 0;

export async function openTenantWorld(tenant: Tenant, credential: CredentialKind): Promise<World> {
  worlds += 1;
  const address = `case-${worlds}@contoso.test`;
  tenant.directory.addUser({ userPrincipalName: address });
  const mailbox = tenant.store.mailbox(address)!;
  const credentials = await TenantCredentials.create(tenant, address, credential);
  const config = { host: 'localhost', port: tenant.doors.imap!.port, tls: 'implicit', ca: tenant.certificates.ca, pollIntervalMs: 100, folders: { archive: 'Archive' } };
  const events: LoggedEvent[] = [];
  const opened: MailTransport[] = [];
  const context: TransportContext<ImapConfig> = {
    mailbox: { id: 'case', address },
    config: imapConfig.parse(config),
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
    recipients: ['ada@contoso.test', 'ben@contoso.test'],
    plugin,
    config,
    reopen: open,
    secrets: credentials.secrets,
    logged: () => events,
    sharesProcess: true,
    door: doorTo(mailbox, tenant),
    faults: faultsOf(mailbox, tenant, credentials),
    async [Symbol.asyncDispose]() {
      for (const transport of opened) await transport[Symbol.asyncDispose]();
      tenant.directory.removeUser(address);
    },
  };
}

const messagesIn = (mailbox: Mailbox, role: FolderRole): readonly Message[] => mailbox.folder(FOLDERS[role])!.messages;

const withSubject = (mailbox: Mailbox, role: FolderRole, subject: string, { facts }: Tenant): readonly Message[] => messagesIn(mailbox, role).filter((message) => facts.headers(message).subject === subject);

/** The store itself: it knows nothing of IMAP. */
function doorTo(mailbox: Mailbox, tenant: Tenant): Required<Omit<Door, 'submitted'>> {
  return {
    async deliver(raw, { role = 'inbox', receivedAt, keywords = [] } = {}) {
      mailbox.append(FOLDERS[role], { source: keptSource(Buffer.from(raw)), ...stateOf(keywords), ...(receivedAt && { arrivedAt: receivedAt }) });
    },
    stored: async (role) =>
      messagesIn(mailbox, role).map((message) => ({
        raw: message.source.read(),
        receivedAt: new Date(message.arrivedAt),
        keywords: new Set(Object.keys(STATE).filter((keyword) => STATE[keyword]?.(message))),
      })),
    async expunge(role, subject) {
      for (const message of withSubject(mailbox, role, subject, tenant)) mailbox.remove(message, 'recoverable');
    },
    async move(from, to, subject) {
      for (const message of withSubject(mailbox, from, subject, tenant)) mailbox.move(message, FOLDERS[to]);
    },
    async setKeywords(role, subject, keywords) {
      for (const message of withSubject(mailbox, role, subject, tenant)) mailbox.update(message, stateOf(keywords));
    },
  };
}

function faultsOf(mailbox: Mailbox, tenant: Tenant, credentials: TenantCredentials): Faults {
  const { faults } = tenant;
  const place = { mailbox: mailbox.address };
  const once = { times: 1 };
  const whileHeld = (held: Disposable): AsyncDisposable => ({
    [Symbol.asyncDispose]: async () => held[Symbol.dispose](),
  });
  return {
    async expireCursors() {
      faults.set('imap.uidvalidity-roll', place, once);
    },
    async rewindPositions() {
      faults.set('imap.uidnext-rewind', place, once);
    },
    async hideOnce(subject) {
      for (const { uid } of withSubject(mailbox, 'inbox', subject, tenant)) faults.set('imap.omit-uid', { ...place, uid }, once);
    },
    async dropConnections() {
      faults.set('imap.drop-connections', place, once);
    },
    hang: async () => whileHeld(faults.set('imap.hang', place)),
    refuseCredentials: async () => credentials.refuse(),
    renewCredential: () => credentials.renew(),
    credentialRequests: () => credentials.requests(),
    throttle: async () => whileHeld(faults.set('imap.throttled', place)),
    fillMailbox: async () => whileHeld(faults.set('mailbox.full', place)),
  };
}
