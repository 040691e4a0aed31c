import { type Clock, type Credential, type CredentialSource, type EmailAddress, isMailError, MailError } from '@signalbox/core';
import { abortable, anySignal } from '@signalbox/kit';
import type { MemoryMailbox } from './server/mailbox.ts';
import type { MemoryServer, Ticket } from './server/server.ts';

type Work<T> = (mailbox: MemoryMailbox) => T | Promise<T>;

interface SessionParts {
  readonly server: MemoryServer;
  readonly address: EmailAddress;
  readonly credentials: CredentialSource;
  readonly clock: Clock;
}

/** Signs in when it has to and carries requests to the server. It keeps the ticket it was given, never a credential. */
export class Session {
  readonly server: MemoryServer;
  readonly address: EmailAddress;
  readonly clock: Clock;
  readonly #credentials: CredentialSource;
  readonly #closing = new AbortController();
  #ticket: Ticket | undefined;

  constructor({ server, address, credentials, clock }: SessionParts) {
    this.server = server;
    this.address = address;
    this.clock = clock;
    this.#credentials = credentials;
  }

  /** Aborts on disposal, and when the caller does. */
  until(signal?: AbortSignal): AbortSignal | undefined {
    return anySignal(signal, this.#closing.signal);
  }

  close(): void {
    this.#closing.abort(new MailError('transport.closed', 'This transport was disposed of.'));
  }

  /** Throws what signing in throws. */
  async signIn(signal?: AbortSignal): Promise<Ticket> {
    const request = { accept: ['password', 'bearer'], ...(signal && { signal }) } as const;
    const credential = await this.#credentials.getCredential(request);
    try {
      return await this.#present(credential, signal);
    } catch (error) {
      if (!isMailError(error) || error.code !== 'auth.rejected') throw error;
      return this.#present(await this.#credentials.getCredential({ ...request, rejected: credential }), signal);
    }
  }

  /** One request of the mailbox. It signs in when it has to, once more when the server no longer knows us, and settles on abort and disposal. */
  request<T>(work: Work<T>, signal?: AbortSignal): Promise<T> {
    return this.upload(async () => work, signal);
  }

  /** A request whose content is read before the server looks at who sends it, as over HTTP: a second attempt reads it again. */
  async upload<T>(read: () => Promise<Work<T>>, signal?: AbortSignal): Promise<T> {
    const until = this.until(signal);
    until?.throwIfAborted();
    return abortable(this.#attempt(read, until), until);
  }

  async #attempt<T>(read: () => Promise<Work<T>>, signal?: AbortSignal): Promise<T> {
    const ticket = (this.#ticket ??= await this.signIn(signal));
    try {
      return await this.server.serve(ticket, await read(), signal);
    } catch (error) {
      if (!isMailError(error)) throw error;
      if (error.code === 'connection.lost') this.#ticket = undefined;
      if (error.code !== 'auth.rejected') throw error;
      this.#ticket = await this.signIn(signal);
      return this.server.serve(this.#ticket, await read(), signal);
    }
  }

  #present(credential: Credential, signal?: AbortSignal): Promise<Ticket> {
    return this.server.signIn(this.address, credential.kind === 'password' ? credential.password.reveal() : credential.token.reveal(), signal);
  }
}
