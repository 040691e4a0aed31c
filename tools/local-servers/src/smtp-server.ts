import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { SMTPServer, type SMTPServerAuthentication, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { type LocalCertificate, makeLocalCertificate } from './certificate.ts';
import { createSmtpFaults, type InstalledSmtpFaults, replyError, type SmtpFaults } from './smtp-faults.ts';

export interface LocalSmtpAccount {
  readonly username: string;
  readonly password?: string;
  /** Accepted as XOAUTH2 bearer token. */
  readonly token?: string;
  /** Sender addresses it may use; its user name alone when absent. */
  readonly senders?: readonly string[];
}

export interface LocalSmtpOptions {
  readonly accounts: readonly LocalSmtpAccount[];
  readonly tls?: 'implicit' | 'starttls';
  /** Shared between servers to save the time of making one. */
  readonly certificate?: LocalCertificate;
  /** The largest content it takes, in octets. */
  readonly maxBytes?: number;
  /** SASL mechanisms it offers. */
  readonly mechanisms?: readonly ('PLAIN' | 'LOGIN' | 'XOAUTH2')[];
  /** Extensions it does not offer. */
  readonly without?: readonly ('PIPELINING' | '8BITMIME' | 'SMTPUTF8')[];
  /** Recipients it refuses with `550 5.1.1`. */
  readonly refuses?: readonly string[];
  /** Called before the answer to each accepted message: a place to deliver it. */
  onMessage?(message: LocalSmtpMessage): void | Promise<void>;
  /** Do not keep accepted messages: for measurements and demos. */
  readonly forget?: boolean;
}

export interface LocalSmtpMessage {
  readonly username: string;
  readonly mailFrom: string;
  readonly rcptTo: readonly string[];
  /** Parameters of MAIL FROM, such as `SIZE`, `BODY` or `SMTPUTF8`. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Empty when messages are forgotten. */
  readonly raw: Buffer;
  readonly size: number;
}

/** A submission server in this process; nothing it takes goes anywhere. */
export interface LocalSmtpServer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** PEM of the authority to trust. */
  readonly ca: string;
  readonly faults: SmtpFaults;
  /** What it has taken, oldest first. */
  readonly messages: readonly LocalSmtpMessage[];
  /** Connections made so far, and open now. */
  readonly connections: { readonly made: number; readonly open: number; readonly most: number };
  /** What an account may sign in with from now on; open sessions live on. */
  setCredentials(username: string, credentials: { readonly password?: string; readonly token?: string }): void;
}

export async function startSmtpServer(options: LocalSmtpOptions): Promise<LocalSmtpServer> {
  const certificate = options.certificate ?? await makeLocalCertificate();
  const accounts = new Map(options.accounts.map((account) => [account.username, account]));
  const messages: LocalSmtpMessage[] = [];
  const sockets = new Set<Socket>();
  const counts = { made: 0, most: 0 };
  const faults = createSmtpFaults(() => {
    for (const socket of sockets) socket.destroy();
  });
  const server = makeServer(options, certificate, accounts, faults, (message) => messages.push(message));
  server.on('error', () => {}); // a client that leaves in the middle is no failure of the server
  server.server.on('connection', (socket: Socket) => {
    socket.setNoDelay(true);
    sockets.add(socket);
    counts.made += 1;
    counts.most = Math.max(counts.most, sockets.size);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  return {
    host: '127.0.0.1',
    port: (server.server.address() as AddressInfo).port,
    ca: certificate.certificate,
    faults,
    messages,
    get connections() {
      return { ...counts, open: sockets.size };
    },
    setCredentials(username, credentials) {
      const account = accounts.get(username);
      accounts.set(username, { username, ...(account?.senders && { senders: account.senders }), ...credentials });
    },
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

type Step = (error?: Error | null) => void;

function makeServer(
  options: LocalSmtpOptions,
  certificate: LocalCertificate,
  accounts: ReadonlyMap<string, LocalSmtpAccount>,
  faults: InstalledSmtpFaults,
  keep: (message: LocalSmtpMessage) => void,
): SMTPServer {
  const answer = async (work: Promise<void>, step: Step): Promise<void> => step(await errorOf(work));
  const hidden = (name: string): boolean => options.without?.some((extension) => extension === name) ?? false;
  return new SMTPServer({
    secure: options.tls !== 'starttls',
    key: certificate.key,
    cert: certificate.certificate,
    authMethods: [...(options.mechanisms ?? ['PLAIN', 'LOGIN', 'XOAUTH2'])],
    ...(options.maxBytes !== undefined && { size: options.maxBytes }),
    hidePIPELINING: hidden('PIPELINING'),
    hide8BITMIME: hidden('8BITMIME'),
    hideSMTPUTF8: hidden('SMTPUTF8'),
    hideENHANCEDSTATUSCODES: true, // replies carry the codes they are given, none are invented
    disableReverseLookup: true,
    closeTimeout: 1000,
    onConnect: (_session, step) => void answer(faults.pass('connection'), step),
    onAuth: (auth, _session, done) => void answer(checkLogin(auth, accounts, faults), (error) => done(error, { user: auth.username })),
    onMailFrom: ({ address }, session, step) => void answer(checkSender(address, accounts.get(session.user ?? ''), faults), step),
    onRcptTo: ({ address }, _session, step) => void answer(checkRecipient(address, options, faults), step),
    onData: (stream, session, done) => void answer(takeContent(stream, session, { options, faults, keep }), (error) => done(error, `2.0.0 OK: queued as ${session.id}`)),
  });
}

const errorOf = (work: Promise<void>): Promise<Error | undefined> =>
  work.then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
  );

async function checkLogin(
  { method, username = '', password, accessToken }: SMTPServerAuthentication,
  accounts: ReadonlyMap<string, LocalSmtpAccount>,
  faults: InstalledSmtpFaults,
): Promise<void> {
  await faults.pass('login', username);
  const account = accounts.get(username);
  const good = method === 'XOAUTH2' ? account?.token !== undefined && account.token === accessToken : account?.password !== undefined && account.password === password;
  if (!good) throw replyError('535 5.7.8 Authentication credentials invalid');
}

async function checkSender(address: string, account: LocalSmtpAccount | undefined, faults: InstalledSmtpFaults): Promise<void> {
  await faults.pass('sender', address);
  if (!account || (account.senders ?? [account.username]).includes(address)) return;
  throw replyError(`553 5.7.1 <${address}>: Sender address rejected: not owned by user ${account.username}`);
}

async function checkRecipient(address: string, { refuses = [] }: LocalSmtpOptions, faults: InstalledSmtpFaults): Promise<void> {
  await faults.pass('recipient', address);
  if (refuses.includes(address)) throw replyError(`550 5.1.1 <${address}>: Recipient address rejected: User unknown`);
}

interface Taking {
  readonly options: LocalSmtpOptions;
  readonly faults: InstalledSmtpFaults;
  readonly keep: (message: LocalSmtpMessage) => void;
}

async function takeContent(stream: SMTPServerDataStream, session: SMTPServerSession, { options, faults, keep }: Taking): Promise<void> {
  const fault = faults.takeContentFault();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.byteLength;
    if (!options.forget) chunks.push(chunk);
    if (fault?.kind === 'cut' && size >= fault.after) {
      faults.dropConnections();
      throw new Error('cut');
    }
  }
  await faults.pass('content');
  const { mailFrom, rcptTo } = session.envelope;
  const message: LocalSmtpMessage = {
    username: session.user ?? '',
    mailFrom: mailFrom === false ? '' : mailFrom.address,
    rcptTo: rcptTo.map(({ address }) => address),
    parameters: mailFrom === false ? {} : { ...mailFrom.args },
    raw: Buffer.concat(chunks),
    size,
  };
  if (!stream.sizeExceeded) {
    await options.onMessage?.(message);
    if (!options.forget) keep(message);
  }
  if (fault?.kind === 'lose-answer') faults.dropConnections();
}
