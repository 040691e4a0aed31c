import { type BearerToken, type CallOptions, type Credential, type CredentialRequest, isMailError, type TransportContext } from '@signalbox/core';
import { ImapFlow, type ImapFlowOptions, type Logger } from 'imapflow';
import type { Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import type { ImapConfig } from '../config.ts';
import { refusesCredential } from '../errors.ts';
import { hideCapabilities } from './capabilities.ts';
import { Connection } from './connection.ts';
import { createTunnel, transportOver } from './tunnel.ts';

/** Longer than any IDLE: imapflow's own watchdog must not cut what this package watches itself. */
const SOCKET_TIMEOUT_MS = 35 * 60_000;
/** A server that has not greeted by then waits for TLS to begin. */
const GREETING_MS = 16_000;
/** How long before its end a token is no longer used for waiting. */
const RENEW_MARGIN_MS = 60_000;

export interface Connector {
  /** Signs in. A refused credential is handed back once; then the provider's error surfaces. */
  connect(options?: CallOptions): Promise<Connection>;
  /** Connects, secures and hangs up again without signing in. Throws what is in the way. */
  reach(options?: CallOptions): Promise<void>;
}

export function createConnector(context: TransportContext<ImapConfig>, secureContext: SecureContext | undefined): Connector {
  const { config } = context;
  const tunnel = createTunnel(context);
  const request = (rejected?: Credential, options?: CallOptions): CredentialRequest => ({
    accept: acceptedKinds(config.authMechanism),
    scopes: config.scopes,
    ...(rejected && { rejected }),
    ...options,
  });

  const signIn = async (credential: Credential, options?: CallOptions): Promise<Connection> => {
    const connection = dial(context, { secureContext, socket: await tunnel(options), credential });
    try {
      await connection.run((client) => client.connect(), options?.signal);
      return connection;
    } catch (error) {
      connection.destroy();
      throw error;
    }
  };

  /** Exchange says "authenticated but not connected" also for a moment: once more, with the same credential (FACTS.md C4). */
  const signInPatiently = async (credential: Credential, options?: CallOptions): Promise<Connection> => {
    try {
      return await signIn(credential, options);
    } catch (error) {
      if (isMailError(error) && error.code === 'access.denied') return signIn(credential, options);
      throw error;
    }
  };

  return {
    async connect(options) {
      const credential = await context.credentials.getCredential(request(undefined, options));
      try {
        return await signInPatiently(credential, options);
      } catch (error) {
        if (!refusesCredential(error)) throw error;
        context.log.log('warn', 'imap.credential-refused', { host: config.host, kind: credential.kind });
        const fresh = await context.credentials.getCredential(request(credential, options));
        // The same once more would be refused once more, and bring the account nearer to being locked.
        if (fresh === credential) throw error;
        return signInPatiently(fresh, options);
      }
    },
    async reach(options) {
      const connection = dial(context, { secureContext, socket: await tunnel(options) });
      try {
        await connection.run(async (client) => {
          // imapflow stops with this mark when it comes to signing in and has nothing to sign in with.
          await client.connect().catch((error: unknown) => {
            const stopped = error instanceof Error && 'authenticationFailed' in error && !('responseStatus' in error) && client.connectedAt !== null;
            if (!stopped) throw error;
          });
        }, options?.signal);
      } finally {
        connection.destroy();
      }
    },
  };
}

interface Dialling {
  readonly secureContext: SecureContext | undefined;
  /** Where the way to the server is open already. */
  readonly socket: Socket | undefined;
  /** Absent where nobody is to sign in. */
  readonly credential?: Credential;
}

/** A connection that has not begun yet. */
function dial({ config, clock }: TransportContext<ImapConfig>, { secureContext, socket, credential }: Dialling): Connection {
  let connection: Connection | undefined;
  const auth = credential && authOf(credential, config);
  const client = newClient(config, { secureContext, auth, socket }, (error) => connection?.noteRefusal(error));
  client.once('close', () => socket?.destroy()); // also when it ends before imapflow has taken the socket
  const renewAt = credential?.kind === 'bearer' ? renewalOf(credential, clock.now()) : undefined;
  connection = new Connection(client, { host: config.host, clock, commandTimeoutMs: config.commandTimeoutMs, ...(renewAt && { renewAt }) });
  return connection;
}

type ClientParts = Pick<Dialling, 'secureContext' | 'socket'> & { readonly auth: ImapFlowOptions['auth'] };

function newClient(config: ImapConfig, { secureContext, auth, socket }: ClientParts, onRefusal: (error: unknown) => void): ImapFlow {
  const client = new ImapFlow({
    host: config.host,
    port: config.port,
    secure: config.tls === 'implicit',
    ...(config.tls === 'starttls' && { doSTARTTLS: true }),
    ...(config.servername !== undefined && { servername: config.servername }),
    ...(auth && { auth }),
    ...(socket && { transport: transportOver(socket) }),
    tls: { ...(secureContext && { secureContext }), rejectUnauthorized: true },
    clientInfo: { name: 'signalbox', version: '0.1.0', vendor: 'signalbox', 'support-url': 'https://github.com/signalbox/signalbox' },
    // IDLE is entered by whoever watches, at once; imapflow alone would wait for 15 quiet seconds.
    disableAutoIdle: true,
    // Some servers answer SEARCH wrongly once IMAP4rev2 is on (FACTS.md C5); no other extension is needed here.
    disableIMAP4rev2: true,
    disableAutoEnable: true,
    disableCompression: true,
    disableBinary: false,
    connectionTimeout: config.commandTimeoutMs,
    greetingTimeout: Math.min(GREETING_MS, 0.9 * config.commandTimeoutMs),
    socketTimeout: SOCKET_TIMEOUT_MS,
    maxLockHoldTime: false,
    logger: refusalLogger(onRefusal),
  });
  hideCapabilities(client, config);
  return client;
}

/**
 * Only warnings and errors have a method: for a level without one imapflow does not even compose the entry,
 * which saves the time and keeps all traffic out of any log.
 */
function refusalLogger(onRefusal: (error: unknown) => void): Logger {
  const note = (entry: { readonly err?: unknown }): void => {
    if (entry.err !== undefined) onRefusal(entry.err);
  };
  // imapflow's type wants all levels; its documentation and code make those without a method silent.
  return { warn: note, error: note, fatal: note } as unknown as Logger;
}

function acceptedKinds(mechanism: ImapConfig['authMechanism']): CredentialRequest['accept'] {
  if (mechanism === 'plain' || mechanism === 'login') return ['password'];
  return mechanism === 'auto' ? ['bearer', 'password'] : ['bearer'];
}

function authOf(credential: Credential, { authMechanism }: ImapConfig): NonNullable<ImapFlowOptions['auth']> {
  if (credential.kind === 'bearer') {
    return { user: credential.username, accessToken: credential.token.reveal() };
  }
  const loginMethod = authMechanism === 'plain' ? 'AUTH=PLAIN' : authMechanism === 'login' ? 'LOGIN' : undefined;
  return { user: credential.username, pass: credential.password.reveal(), ...(loginMethod && { loginMethod }) };
}

/** Never later than a tenth of its life before the end, so that short-lived tokens are used at all. */
function renewalOf({ expiresAt }: BearerToken, now: Date): Date | undefined {
  if (!expiresAt) return undefined;
  const life = expiresAt.getTime() - now.getTime();
  return new Date(expiresAt.getTime() - Math.min(RENEW_MARGIN_MS, Math.max(0, life / 10)));
}
