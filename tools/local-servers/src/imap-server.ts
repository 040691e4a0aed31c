import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import hoodiecrow, { type HoodiecrowMailbox, type HoodiecrowMessage, type HoodiecrowServer } from 'hoodiecrow-imap';
import { type LocalCertificate, makeLocalCertificate } from './certificate.ts';
import { installImapFaults, type ImapFaults } from './imap-faults.ts';
import { formatInternalDate, parseInternalDate } from './internal-date.ts';

export interface LocalImapOptions {
  readonly username: string;
  readonly password?: string;
  /** Accepted as XOAUTH2 bearer token. */
  readonly token?: string;
  readonly tls?: 'implicit' | 'starttls';
  /** Shared between servers to save the time of making one. */
  readonly certificate?: LocalCertificate;
  /** Capabilities beside IMAP4rev1 and the SASL mechanisms, by hoodiecrow's plugin names. */
  readonly extensions?: readonly string[];
  /** `system`: PERMANENTFLAGS without `\\*`, so that only the five system flags are kept. Default `any`. */
  readonly keywords?: 'any' | 'system';
  /** Names of the standard folders; roles come with SPECIAL-USE flags. */
  readonly folders?: Readonly<Record<string, string>>;
}

export interface LocalDeliverOptions {
  /** Default INBOX. */
  readonly folder?: string;
  readonly receivedAt?: Date;
  /** As IMAP spells them: `\Seen`, `$Forwarded`. */
  readonly flags?: readonly string[];
}

export interface LocalImapMessage {
  readonly uid: number;
  readonly raw: Buffer;
  readonly flags: readonly string[];
  readonly receivedAt: Date;
}

/** One mailbox on an IMAP server in this process: hoodiecrow-imap keeps one store for all its users, so each mailbox gets its own server. */
export interface LocalImapServer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** PEM of the authority to trust. */
  readonly ca: string;
  readonly faults: ImapFaults;
  /** Every line clients sent, in order, without literals that follow and with credentials hidden. */
  readonly commands: readonly string[];
  deliver(raw: Uint8Array, options?: LocalDeliverOptions): number;
  messages(folder?: string): readonly LocalImapMessage[];
  expunge(folder: string, uids: readonly number[]): void;
  move(folder: string, uids: readonly number[], to: string): void;
  setFlags(folder: string, uids: readonly number[], flags: readonly string[]): void;
  setUidValidity(folder: string, value: number): void;
  /** The next UID to be given out; smaller than one in use, as after a restore from backup. */
  setUidNext(folder: string, value: number): void;
  /** What users may sign in with from now on; open sessions live on. */
  setCredentials(credentials: { readonly password?: string; readonly token?: string }): void;
}

export const STANDARD_FOLDERS: Readonly<Record<string, string>> = {
  'Sent Items': String.raw`\Sent`,
  Drafts: String.raw`\Drafts`,
  Archive: String.raw`\Archive`,
  'Junk Email': String.raw`\Junk`,
  'Deleted Items': String.raw`\Trash`,
};

const EXTENSIONS = ['ID', 'IDLE', 'NAMESPACE', 'UNSELECT', 'SPECIAL-USE', 'MOVE', 'UIDPLUS', 'LITERALPLUS', 'ENABLE'];

export async function startImapServer(options: LocalImapOptions): Promise<LocalImapServer> {
  const certificate = options.certificate ?? await makeLocalCertificate();
  const sockets = new Set<Socket>();
  const commands: string[] = [];
  const server = makeServer(options, certificate);
  const faults = installImapFaults(server, sockets);
  // After the faults, so that what they hold back or refuse is recorded too.
  watchConnections(server, sockets, commands);
  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    host: '127.0.0.1',
    port: (server.server.address() as AddressInfo).port,
    ca: certificate.certificate,
    faults,
    commands,
    ...storeOf(server),
    setCredentials: (credentials) => setUser(server, options.username, credentials),
    async [Symbol.asyncDispose]() {
      const closed = once(server.server, 'close');
      server.close(() => {});
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function makeServer(options: LocalImapOptions, certificate: LocalCertificate): HoodiecrowServer {
  const folders = options.folders ?? STANDARD_FOLDERS;
  const mailbox = { allowPermanentFlags: options.keywords !== 'system' };
  const server = hoodiecrow({
    plugins: [
      ...(options.extensions ?? EXTENSIONS),
      ...(options.tls === 'starttls' ? ['STARTTLS'] : []),
      'AUTH-PLAIN',
      'SASL-IR',
      'XOAUTH2',
    ],
    secureConnection: options.tls !== 'starttls',
    credentials: { key: certificate.key, cert: certificate.certificate },
    users: {},
    storage: {
      INBOX: { ...mailbox },
      '': {
        separator: '/',
        folders: Object.fromEntries(Object.entries(folders).map(([name, use]) => [name, { ...mailbox, ...(use !== '' && { 'special-use': use }) }])),
      },
    },
  });
  setUser(server, options.username, options);
  return server;
}

function watchConnections(server: HoodiecrowServer, sockets: Set<Socket>, commands: string[]): void {
  server.setMaxListeners(0);
  server.connectionHandlers.push((connection) => {
    const { socket } = connection;
    if (!socket) return;
    // Nagle's algorithm would hold back each answer for 40 ms.
    socket.setNoDelay(true);
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    const schedule = connection.scheduleCommand.bind(connection);
    connection.scheduleCommand = (line) => {
      commands.push(line.replace(/^(\S+ (?:LOGIN|AUTHENTICATE \S+)).*$/is, '$1').split('\r\n', 1)[0] ?? '');
      schedule(line);
    };
  });
}

function setUser(server: HoodiecrowServer, username: string, credentials: { readonly password?: string; readonly token?: string }): void {
  server.users[username] = {
    ...(credentials.password !== undefined && { password: credentials.password }),
    ...(credentials.token !== undefined && { xoauth2: { accessToken: credentials.token } }),
  };
}

type Store = Omit<LocalImapServer, 'host' | 'port' | 'ca' | 'faults' | 'commands' | 'setCredentials' | typeof Symbol.asyncDispose>;

function storeOf(server: HoodiecrowServer): Store {
  const mailbox = (folder: string): HoodiecrowMailbox => {
    const found = server.getMailbox(folder);
    if (!found) throw new Error(`There is no folder "${folder}".`);
    return found;
  };
  const some = (folder: string, uids: readonly number[]): HoodiecrowMessage[] =>
    mailbox(folder).messages.filter(({ uid }) => uids.includes(uid));
  const append = (folder: string, flags: readonly string[], receivedAt: Date | string, raw: string): number =>
    server.appendMessage(mailbox(folder), flags, receivedAt, raw).message.uid;
  const expunge = (folder: string, uids: readonly number[]): void => removeMessages(server, mailbox(folder), uids);
  return {
    deliver: (raw, { folder = 'INBOX', receivedAt = new Date(), flags = [] } = {}) =>
      append(folder, flags, formatInternalDate(receivedAt), Buffer.from(raw).toString('latin1')),
    messages: (folder = 'INBOX') =>
      mailbox(folder).messages.map(({ uid, raw, flags, internaldate }) => ({
        uid,
        raw: Buffer.from(raw, 'latin1'),
        flags: [...flags],
        receivedAt: parseInternalDate(internaldate),
      })),
    expunge,
    move(folder, uids, to) {
      for (const { flags, internaldate, raw } of some(folder, uids)) append(to, flags, internaldate, raw);
      expunge(folder, uids);
    },
    setFlags(folder, uids, flags) {
      for (const message of some(folder, uids)) message.flags = [...flags];
    },
    setUidValidity(folder, value) {
      mailbox(folder).uidvalidity = value;
    },
    setUidNext(folder, value) {
      mailbox(folder).uidnext = value;
    },
  };
}

function removeMessages(server: HoodiecrowServer, mailbox: HoodiecrowMailbox, uids: readonly number[]): void {
  for (let index = mailbox.messages.length - 1; index >= 0; index -= 1) {
    const message = mailbox.messages[index];
    if (!message || !uids.includes(message.uid)) continue;
    mailbox.messages.splice(index, 1);
    server.notify({ tag: '*', attributes: [index + 1, { type: 'ATOM', value: 'EXPUNGE' }] }, mailbox);
  }
}
