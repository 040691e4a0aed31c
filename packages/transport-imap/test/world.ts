import type { Credential, CredentialKind, CredentialRequest, Keyword, LogLevel, MailTransport, TransportContext } from '@signalbox/core';
import { MailError, secret } from '@signalbox/core';
import type { CredentialRequests, Door, Faults, LoggedEvent, World } from '@signalbox/conformance';
import { systemClock } from '@signalbox/kit';
import { type LocalImapMessage, type LocalImapServer, makeLocalCertificate, startImapServer } from '@signalbox/local-servers';
import { type ImapConfig, imapConfig } from '../src/config.ts';
import { plugin } from '../src/index.ts';

const ADDRESS = 'robin@local.example';
const FOLDERS = { inbox: 'INBOX', sent: 'Sent Items', drafts: 'Drafts', archive: 'Archive', junk: 'Junk Email', trash: 'Deleted Items', outbox: 'Outbox' } as const;
const FLAGS: Readonly<Record<string, string>> = { $seen: '\\Seen', $answered: '\\Answered', $flagged: '\\Flagged', $draft: '\\Draft' };

const flagOf = (keyword: Keyword): string => FLAGS[keyword] ?? keyword;
const keywordOf = (flag: string): Keyword => Object.entries(FLAGS).find(([, system]) => system === flag)?.[0] ?? flag.toLowerCase();

/** docs/quirks/hoodiecrow.md */
const DEFECTS = { 'message/attachment-message': 'hoodiecrow answers BODY[n] of an attached message with its text alone, without its header' } as const;

/** One for all worlds: making one takes a moment. */
const certificate = await makeLocalCertificate();

export interface LocalWorldOptions {
  readonly credential: CredentialKind;
  readonly tls?: ImapConfig['tls'];
  /** hoodiecrow's plugin names; all that it has unless told. */
  readonly extensions?: readonly string[];
  readonly keywords?: 'any' | 'system';
  readonly config?: Readonly<Record<string, unknown>>;
}

/** A world on a server of its own in this process: hoodiecrow has one mailbox per server. */
export async function openLocalWorld(options: LocalWorldOptions): Promise<World> {
  const source = new LocalCredentials(options.credential);
  const server = await startImapServer({
    username: ADDRESS,
    ...source.accepted,
    certificate,
    tls: options.tls ?? 'implicit',
    ...(options.extensions && { extensions: options.extensions }),
    ...(options.keywords && { keywords: options.keywords }),
  });
  source.server = server;
  const config = { host: 'localhost', port: server.port, tls: options.tls ?? 'implicit', ca: server.ca, pollIntervalMs: 100, ...options.config };
  const events: LoggedEvent[] = [];
  const opened: MailTransport[] = [];
  const context: TransportContext<ImapConfig> = {
    mailbox: { id: 'robin', address: ADDRESS },
    config: imapConfig.parse(config),
    credentials: source,
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
    address: ADDRESS,
    recipients: ['ada@local.example', 'ben@local.example'],
    plugin,
    config,
    reopen: open,
    secrets: source.secrets,
    logged: () => events,
    sharesProcess: true,
    defects: DEFECTS,
    door: doorTo(server),
    faults: faultsOf(server, source),
    async [Symbol.asyncDispose]() {
      for (const transport of opened) await transport[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** Hands out what the server takes, and counts. */
class LocalCredentials {
  server: LocalImapServer | undefined;
  readonly secrets: string[] = [];
  readonly #kind: CredentialKind;
  readonly #counts: { asked: number; rejected: number; accepted: Set<CredentialKind> } = { asked: 0, rejected: 0, accepted: new Set() };
  #stale: Credential | undefined;
  #current: Credential;
  #refusing = false;

  constructor(kind: CredentialKind) {
    this.#kind = kind;
    this.#current = this.#make();
  }

  get accepted(): { readonly password?: string; readonly token?: string } {
    return this.#current.kind === 'password' ? { password: this.#current.password.reveal() } : { token: this.#current.token.reveal() };
  }

  async getCredential(request: CredentialRequest): Promise<Credential> {
    this.#counts.asked += 1;
    if (request.rejected) this.#counts.rejected += 1;
    for (const kind of request.accept) this.#counts.accepted.add(kind);
    if (request.rejected && this.#refusing) {
      throw new MailError('auth.rejected', 'The credential was refused, and there is no other.', {
        remedy: { who: 'mailbox-user', action: 'sign-in-again', text: 'Sign in to the mailbox again.' },
      });
    }
    if (this.#refusing) return this.#make();
    if (this.#stale && !request.rejected) return this.#stale;
    this.#stale = undefined;
    return this.#current;
  }

  refuse(): AsyncDisposable {
    this.#refusing = true;
    return {
      [Symbol.asyncDispose]: async () => {
        this.#refusing = false;
      },
    };
  }

  renew(): void {
    this.#stale = this.#current;
    this.#current = this.#make();
    this.server?.setCredentials(this.accepted);
  }

  requests(): CredentialRequests {
    const { asked, rejected, accepted } = this.#counts;
    return { asked, rejected, accepted: [...accepted] };
  }

  #make(): Credential {
    const value = `${this.#kind}-${crypto.randomUUID()}`;
    this.secrets.push(value);
    return this.#kind === 'password' ? { kind: 'password', username: ADDRESS, password: secret(value) } : { kind: 'bearer', username: ADDRESS, token: secret(value) };
  }
}

function doorTo(server: LocalImapServer): Required<Omit<Door, 'submitted'>> {
  const uidsOf = (folder: string, subject: string): number[] => server.messages(folder).filter((message) => subjectOf(message) === subject).map(({ uid }) => uid);
  return {
    async deliver(raw, { role = 'inbox', receivedAt, keywords = [] } = {}) {
      server.deliver(raw, { folder: FOLDERS[role], flags: keywords.map(flagOf), ...(receivedAt && { receivedAt }) });
    },
    stored: async (role) => server.messages(FOLDERS[role]).map(({ raw, flags, receivedAt }) => ({ raw, receivedAt, keywords: new Set(flags.map(keywordOf)) })),
    async expunge(role, subject) {
      server.expunge(FOLDERS[role], uidsOf(FOLDERS[role], subject));
    },
    async move(from, to, subject) {
      server.move(FOLDERS[from], uidsOf(FOLDERS[from], subject), FOLDERS[to]);
    },
    async setKeywords(role, subject, keywords) {
      server.setFlags(FOLDERS[role], uidsOf(FOLDERS[role], subject), keywords.map(flagOf));
    },
  };
}

const subjectOf = ({ raw }: LocalImapMessage): string | undefined => /^Subject: (.*)\r$/im.exec(raw.toString())?.[1];

function faultsOf(server: LocalImapServer, source: LocalCredentials): Faults {
  const { faults } = server;
  const whileHeld = (held: Disposable): AsyncDisposable => ({
    [Symbol.asyncDispose]: async () => held[Symbol.dispose](),
  });
  return {
    async expireCursors() {
      server.setUidValidity('INBOX', 2_000_000_000);
    },
    async rewindPositions() {
      const uids = server.messages().map(({ uid }) => uid);
      server.expunge('INBOX', uids.slice(-1));
      server.setUidNext('INBOX', uids.at(-1) ?? 1);
    },
    async hideOnce(subject) {
      for (const message of server.messages()) if (subjectOf(message) === subject) faults.hideOnce(message.uid);
    },
    dropConnections: async () => faults.dropConnections(),
    hang: async () => whileHeld(faults.hang()),
    refuseCredentials: async () => source.refuse(),
    renewCredential: async () => source.renew(),
    credentialRequests: () => source.requests(),
    throttle: async () => whileHeld(faults.refuse(/^(?:UID|LIST|STATUS|SELECT|NOOP)\b/i, 'BAD Request is throttled. Suggested Backoff Time: 92415 milliseconds')),
    fillMailbox: async () => whileHeld(faults.refuse(/^(?:APPEND|UID (?:COPY|MOVE))\b/i, 'NO [OVERQUOTA] Quota exceeded (mailbox for user is full)')),
  };
}
