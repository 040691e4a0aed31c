import type { CredentialRequests, Faults, LoggedEvent, World } from '@signalbox/conformance';
import { type Credential, type CredentialKind, type CredentialRequest, type CredentialSource, type LogLevel, MailError, type MailTransport, secret, type TransportContext } from '@signalbox/core';
import { systemClock } from '@signalbox/kit';
import { type LocalSmtpOptions, type LocalSmtpServer, makeLocalCertificate, startSmtpServer } from '@signalbox/local-servers';
import { type SmtpConfig, smtpConfig } from '../src/config.ts';
import { plugin } from '../src/index.ts';

export const ADDRESS = 'robin@local.example';
export const RECIPIENTS = ['ada@local.example', 'ben@local.example'] as const;
const REFUSED = 'nobody@local.example';
const MAX_BYTES = 5_000_000;

/** One for all worlds: making one takes a moment. */
const certificate = await makeLocalCertificate();

export interface LocalWorldOptions {
  readonly credential: CredentialKind;
  readonly tls?: SmtpConfig['tls'];
  readonly config?: Readonly<Record<string, unknown>>;
  readonly server?: Partial<LocalSmtpOptions>;
}

/** What tests beside the suite look at. */
export interface LocalWorld extends World {
  readonly server: LocalSmtpServer;
  readonly context: TransportContext<SmtpConfig>;
}

/** A world on a submission server of its own in this process. */
export async function openLocalWorld({ credential, tls = 'implicit', config: more, server: serverOptions }: LocalWorldOptions): Promise<LocalWorld> {
  const source = new LocalCredentials(credential);
  const server = await startSmtpServer({ accounts: [{ username: ADDRESS, ...source.accepted }], certificate, tls, maxBytes: MAX_BYTES, refuses: [REFUSED], ...serverOptions });
  source.server = server;
  const config = { host: 'localhost', port: server.port, tls, ca: server.ca, ...more };
  const events: LoggedEvent[] = [];
  const opened: MailTransport[] = [];
  const context: TransportContext<SmtpConfig> = {
    mailbox: { id: 'robin', address: ADDRESS },
    config: smtpConfig.parse(config),
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
    recipients: RECIPIENTS,
    plugin,
    config,
    reopen: open,
    secrets: source.secrets,
    logged: () => events,
    sharesProcess: true,
    door: { submitted: async () => server.messages.map(({ mailFrom, rcptTo, raw }) => ({ mailFrom, rcptTo, raw })) },
    faults: faultsOf(server, source),
    server,
    context,
    async [Symbol.asyncDispose]() {
      for (const transport of opened) await transport[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** Hands out what the server takes, and counts. */
class LocalCredentials implements CredentialSource {
  server: LocalSmtpServer | undefined;
  readonly secrets: string[] = [];
  readonly #kind: CredentialKind;
  readonly #counts = { asked: 0, rejected: 0, accepted: new Set<CredentialKind>() };
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
    this.server?.setCredentials(ADDRESS, this.accepted);
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

function faultsOf({ faults }: LocalSmtpServer, source: LocalCredentials): Faults {
  const whileHeld = (held: Disposable): AsyncDisposable => ({
    [Symbol.asyncDispose]: async () => held[Symbol.dispose](),
  });
  return {
    dropConnections: async () => faults.dropConnections(),
    hang: async () => whileHeld(faults.hang()),
    loseNextSendAnswer: async () => faults.loseNextAnswer(),
    refuseCredentials: async () => source.refuse(),
    renewCredential: async () => source.renew(),
    credentialRequests: () => source.requests(),
    throttle: async () => whileHeld(faults.refuse('sender', '432 4.3.2 Concurrent connections limit exceeded. Visit https://aka.ms/concurrent_sending for more information.')),
    refusedRecipient: REFUSED,
    foreignSender: 'someone.else@local.example',
    tooLarge: MAX_BYTES,
  };
}
