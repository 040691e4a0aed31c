import { Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import type { Clock, Credential } from '@signalbox/core';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { SmtpConfig } from '../config.ts';
import { type Capabilities, NegotiatedCapabilities } from './capabilities.ts';
import { chooseMechanism, type Converse, type Reply, signIn } from './sasl.ts';
import { startWatchdog, type Watchdog } from './watchdog.ts';

/** The longest a timer can be: this package watches the time itself, on the host's clock. */
const NEVER_MS = 2 ** 31 - 1;
/** A method that is only ours, or nodemailer would choose among its own. */
const OWN_METHOD = 'SIGNALBOX';
/** How long a goodbye may take before the socket is destroyed. */
const GOODBYE_MS = 1000;

export type SendInfo = SMTPConnection.SentMessageInfo;
export type WireEnvelope = SMTPConnection.Envelope & { readonly smtpUtf8: boolean };

export interface StepOptions {
  readonly signal?: AbortSignal | undefined;
  readonly limitMs: number;
}

/** One connection: one step at a time, each of which settles on an answer, a loss, an abort or the end of its time. */
export class Session {
  readonly #smtp: SMTPConnection;
  readonly #socket: Socket;
  readonly #clock: Clock;
  readonly #config: SmtpConfig;
  readonly #capabilities: NegotiatedCapabilities;
  #failStep: ((error: unknown) => void) | undefined;
  #converse: ((line: string, done: (error: Error | null, reply: Reply) => void) => void) | undefined;
  #signingIn: ((converse: Converse) => Promise<void>) | undefined;
  #over = false;

  constructor(socket: Socket, config: SmtpConfig, tls: ConnectionOptions, clock: Clock) {
    this.#socket = socket;
    this.#clock = clock;
    this.#config = config;
    const implicit = config.tls === 'implicit';
    this.#smtp = new SMTPConnection({
      connection: socket,
      host: config.host,
      port: config.port,
      secure: implicit,
      secured: implicit,
      requireTLS: !implicit,
      tls,
      connectionTimeout: NEVER_MS,
      greetingTimeout: NEVER_MS,
      socketTimeout: NEVER_MS,
      socketCloseTimeout: GOODBYE_MS,
      customAuth: { [OWN_METHOD]: (context) => this.#converseOver(context) },
    });
    this.#capabilities = new NegotiatedCapabilities(this.#smtp);
    this.#smtp.on('error', (error) => this.#end(error));
    // nodemailer ends the connection before it answers the message in flight with the server's words
    this.#smtp.on('end', () => queueMicrotask(() => this.#end(lost())));
  }

  get usable(): boolean {
    return !this.#over && !this.#smtp.destroyed;
  }

  /** What is written now goes to the server, as far as can be known. */
  get writable(): boolean {
    const socket = this.#smtp._socket;
    return this.usable && socket instanceof Socket && socket.writable;
  }

  /** As of the last EHLO; after `greet`. */
  get capabilities(): Capabilities {
    return this.#capabilities;
  }

  /** Reads the greeting, starts TLS where the socket has none yet, says EHLO. */
  async greet(options: StepOptions): Promise<void> {
    await this.#step<void>(options, (done) => this.#smtp.connect((error) => done(error)));
    this.#capabilities.hide(this.#config.ignoreCapabilities);
  }

  /** The server's reply, whatever it is; absent where no offered mechanism fits the credential. */
  async signIn(credential: Credential, options: StepOptions): Promise<Reply | undefined> {
    const mechanism = chooseMechanism(credential.kind, this.#capabilities.mechanisms, this.#config.authMechanism);
    if (!mechanism) return undefined;
    return this.#step<Reply>(options, (done) => {
      this.#signingIn = async (converse) => done(undefined, await signIn(converse, mechanism, credential));
      this.#smtp.login({ method: OWN_METHOD, user: credential.username }, (error) => done(error));
    });
  }

  /** One command outside a message; possible after `signIn`. */
  command(line: string, options: StepOptions): Promise<Reply> {
    return this.#step<Reply>(options, (done) => {
      if (this.#converse) this.#converse(line, (_error, reply) => done(undefined, reply));
      else done(new Error('There is no command before signing in.'));
    });
  }

  /** The stream is read once the server has taken the envelope. `onStart` is given the watchdog to feed. */
  send(envelope: WireEnvelope, content: NodeJS.ReadableStream, options: StepOptions, onStart: (watchdog: Watchdog) => void): Promise<SendInfo> {
    const { smtpUtf8, ...wire } = envelope;
    this.#capabilities.askForSmtpUtf8(smtpUtf8);
    return this.#step<SendInfo>(options, (done, watchdog) => {
      onStart(watchdog);
      this.#smtp.send(wire, content as never, (error, info) => done(error, info));
    });
  }

  /** Forgets an envelope that was begun. */
  reset(options: StepOptions): Promise<void> {
    return this.#step<void>(options, (done) => this.#smtp.reset((error) => done(error)));
  }

  /** Says goodbye without waiting for an answer. */
  quit(): void {
    if (this.usable) this.#smtp.quit();
    this.#smtp.close();
  }

  destroy(reason: unknown = lost()): void {
    this.#end(reason);
    this.#smtp.close();
    this.#socket.destroy();
  }

  async #step<T>({ signal, limitMs }: StepOptions, start: (done: (error: unknown, value?: T) => void, watchdog: Watchdog) => void): Promise<T> {
    signal?.throwIfAborted();
    if (!this.usable) throw lost();
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.#failStep = reject;
    using watchdog = startWatchdog(this.#clock, limitMs, () => this.destroy(timedOut()));
    const onAbort = (): void => this.destroy(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      start((error, value) => (error ? reject(error) : resolve(value as T)), watchdog);
      return await promise;
    } finally {
      signal?.removeEventListener('abort', onAbort);
      this.#failStep = undefined;
    }
  }

  #end(error: unknown): void {
    this.#over = true;
    this.#failStep?.(error);
  }

  /** Its `sendCommand` is the one public way to say a line of our own, also later. */
  async #converseOver(context: SMTPConnection.CustomAuthenticationContext): Promise<void> {
    this.#converse = (line, done) => context.sendCommand(line, done);
    await this.#signingIn?.((line) => context.sendCommand(line));
    this.#signingIn = undefined;
  }
}

const lost = (): Error => Object.assign(new Error('The connection was closed.'), { code: 'ECONNECTION' });
const timedOut = (): Error => Object.assign(new Error('No answer in time.'), { code: 'ETIMEDOUT' });
