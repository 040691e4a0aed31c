import { type CallOptions, type Credential, type CredentialRequest, isMailError, MailError, type TransportContext } from '@signalbox/core';
import { anySignal, proxyConnector } from '@signalbox/kit';
import type { SmtpConfig } from '../config.ts';
import { replyError, toMailError } from '../errors.ts';
import { Session } from './session.ts';
import { openSocket } from './socket.ts';
import { tlsOptionsFor } from './tls.ts';
import { startWatchdog } from './watchdog.ts';

/** A token with less life than this is not worth a connection: it would be over before the content is. */
const TOKEN_MARGIN_MS = 10_000;

export interface Connector {
  /** Connects, secures and greets, without signing in. */
  reach(options?: CallOptions): Promise<Session>;
  /** A signed-in session. A refused credential is handed back once; then the error stands. */
  connect(options?: CallOptions): Promise<Session>;
}

export function createConnector(context: TransportContext<SmtpConfig>): Connector {
  const { config, credentials, clock, network } = context;
  const tls = tlsOptionsFor(config, network);
  const throughProxy = proxyConnector(network);

  const reach = async (options?: CallOptions): Promise<Session> => {
    const late = new AbortController();
    const signal = anySignal(options?.signal, late.signal);
    const target = { host: config.host, port: config.port, throughProxy, ...(config.tls === 'implicit' && { tls }) };
    try {
      using _ = startWatchdog(clock, config.connectTimeoutMs, () => late.abort(Object.assign(new Error('No connection in time.'), { code: 'ETIMEDOUT' })));
      const session = new Session(await openSocket(target, signal), config, tls, clock);
      return await greet(session, options);
    } catch (error) {
      options?.signal?.throwIfAborted();
      throw toMailError(error, config.host);
    }
  };

  const greet = async (session: Session, options?: CallOptions): Promise<Session> => {
    try {
      await session.greet({ limitMs: config.greetingTimeoutMs, signal: options?.signal });
      return session;
    } catch (error) {
      session.destroy();
      throw error;
    }
  };

  const signIn = async (credential: Credential, options?: CallOptions): Promise<Session> => {
    const session = await reach(options);
    try {
      const reply = await session.signIn(credential, { limitMs: config.commandTimeoutMs, signal: options?.signal });
      if (!reply) throw noMechanism(credential, session, config);
      if (reply.status < 200 || reply.status >= 300) throw replyError(reply.response, 'AUTH');
      return session;
    } catch (error) {
      session.destroy();
      options?.signal?.throwIfAborted();
      throw toMailError(error, config.host);
    }
  };

  return {
    reach,
    async connect(options) {
      const request: CredentialRequest = { accept: acceptedKinds(config), scopes: config.scopes, ...options };
      const renew = (rejected: Credential): Promise<Credential> => credentials.getCredential({ ...request, rejected });
      const first = await credentials.getCredential(request);
      if (isNearlyOver(first, clock.now())) return signIn(await renew(first), options);
      try {
        return await signIn(first, options);
      } catch (error) {
        if (!isMailError(error) || error.code !== 'auth.rejected') throw error;
        context.log.log('warn', 'smtp.credential-refused', { host: config.host, mailbox: context.mailbox.id, kind: first.kind });
        return signIn(await renew(first), options);
      }
    },
  };
}

function acceptedKinds({ authMechanism }: SmtpConfig): CredentialRequest['accept'] {
  if (authMechanism === 'auto') return ['bearer', 'password'];
  return authMechanism === 'xoauth2' ? ['bearer'] : ['password'];
}

const isNearlyOver = (credential: Credential, now: Date): boolean =>
  credential.kind === 'bearer' && credential.expiresAt !== undefined && credential.expiresAt.getTime() - now.getTime() < TOKEN_MARGIN_MS;

function noMechanism({ kind }: Credential, { capabilities }: Session, { host }: SmtpConfig): MailError {
  const offered = capabilities.mechanisms.join(', ') || 'no way to sign in';
  const what = kind === 'bearer' ? 'a token' : 'a password';
  return new MailError('auth.method-disabled', `${host} offers ${offered}, which does not fit ${what}.`, {
    remedy: {
      who: 'operator',
      action: 'fix-config',
      text: `Choose a flow for this mailbox that signs in with ${kind === 'bearer' ? 'a password' : 'a token'}, or correct the host and port: ${host} takes no ${what.slice(2)} there.`,
    },
  });
}
