import { type Clock, type FolderId, isMailError, MailError } from '@signalbox/core';
import type { FetchMessageObject, FetchQueryObject, ImapFlow, ListResponse, SearchObject, StatusObject } from 'imapflow';
import { connectionIsGone, describeFailure, toMailError } from '../errors.ts';

/** A folder as SELECT described it. */
export interface Selected {
  readonly folder: FolderId;
  readonly uidValidity: string;
  /** Absent where the server does not tell. */
  readonly uidNext?: number;
  readonly exists: number;
  /** Absent where the server does not tell: then every flag it knows may be stored (RFC 9051 §6.3.2). */
  readonly permanentFlags?: ReadonlySet<string>;
  readonly flags: ReadonlySet<string>;
  readonly readOnly: boolean;
}

export interface ConnectionOptions {
  readonly host: string;
  readonly clock: Clock;
  readonly commandTimeoutMs: number;
  /** When to stop using it, because its access token is about to run out. */
  readonly renewAt?: Date;
}

const LOGOUT_MS = 1_000;

/**
 * One signed-in session. Each method is one command that either does all it says or throws a `MailError`:
 * imapflow answers `false` for most refusals and tells the reason only to its log, so that log is listened to.
 */
export class Connection {
  readonly client: ImapFlow;
  readonly renewAt: Date | undefined;
  /** Set by a watcher after the server refused IDLE on this session. */
  idleRefused = false;
  readonly #options: ConnectionOptions;
  #refusal: unknown;
  #selected: Selected | undefined;
  #selections = 0;
  #news = 0;
  #idle: Promise<boolean | undefined> | undefined;
  #interrupt: ((reason: MailError) => void) | undefined;

  constructor(client: ImapFlow, options: ConnectionOptions) {
    this.client = client;
    this.renewAt = options.renewAt;
    this.#options = options;
    client.on('exists', () => {
      this.#news += 1;
    });
    // Without a listener Node would end the process; the command in flight reports the failure.
    client.on('error', () => {});
  }

  get usable(): boolean {
    return this.client.usable && !this.client.isClosed;
  }

  get selected(): Selected | undefined {
    return this.client.mailbox ? this.#selected : undefined;
  }

  /** Grows with every SELECT: the same number means the same view of the same folder. */
  get selections(): number {
    return this.#selections;
  }

  /** Grows whenever the server reports another number of messages in the selected folder. */
  get news(): number {
    return this.#news;
  }

  has(capability: string): boolean {
    return this.client.capabilities.has(capability);
  }

  /** What imapflow says to its log: the reason of a refusal, and a throttling, which it would otherwise sit out by itself. */
  noteRefusal(error: unknown): void {
    this.#refusal = error;
    const failure = describeFailure(error);
    if (failure.throttleMs === undefined) return;
    this.#interrupt?.(this.#failure(error));
    this.destroy();
  }

  destroy(): void {
    this.client.close();
  }

  /** Says good-bye where the server listens, and leaves in any case. */
  async logout(): Promise<void> {
    const over = new AbortController();
    const patience = this.#options.clock.sleep(LOGOUT_MS, over.signal).catch(() => {});
    if (this.usable) await Promise.race([this.client.logout().catch(() => {}), patience]);
    over.abort();
    this.client.close();
  }

  /**
   * Runs one command. On abort and on silence the connection is given up, because what it was asked can no longer be called back:
   * its answer would be taken for the next command's.
   */
  async run<T>(command: (client: ImapFlow) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const { promise: ended, reject } = Promise.withResolvers<never>();
    using _guard = this.#guard(signal, reject);
    try {
      return await Promise.race([command(this.client), ended]);
    } catch (error) {
      signal?.throwIfAborted();
      throw this.#failure(error);
    }
  }

  /**
   * Rows as the server sends them: among them may be some nobody asked for, and several for one message. While the consumer
   * works on one the server waits, so that no more than one is in memory; whoever leaves early lets the rest run to waste.
   */
  async *rows(range: string, query: FetchQueryObject, options: { readonly signal?: AbortSignal | undefined } = {}): AsyncGenerator<FetchMessageObject, void, undefined> {
    const { signal } = options;
    const given: { reason?: unknown } = {};
    using guard = this.#guard(signal, (reason) => (given.reason ??= reason));
    try {
      for await (const row of this.client.fetch(range, query, { uid: true })) {
        guard.paused = true;
        yield row;
        guard.paused = false;
      }
    } catch (error) {
      signal?.throwIfAborted();
      throw this.#failure(given.reason ?? error);
    }
  }

  /** Selects the folder, unless it is already; `fresh` asks the server anew. Throws `folder.not-found`. */
  async select(folder: FolderId, options: { readonly fresh?: boolean; readonly signal?: AbortSignal | undefined } = {}): Promise<Selected> {
    const current = this.selected;
    if (current?.folder === folder && !options.fresh) return current;
    this.#selections += 1;
    this.#selected = undefined;
    try {
      // On a session that is ending imapflow answers nothing, whatever its types say.
      const mailbox = await this.required((client) => client.mailboxOpen(folder), options.signal);
      this.#selected = {
        folder,
        uidValidity: String(mailbox.uidValidity),
        ...(mailbox.uidNext && { uidNext: mailbox.uidNext }),
        exists: mailbox.exists,
        ...(mailbox.permanentFlags && { permanentFlags: mailbox.permanentFlags }),
        flags: mailbox.flags,
        readOnly: mailbox.readOnly ?? false,
      };
      return this.#selected;
    } catch (error) {
      throw await this.#folderMissing(folder, error, options.signal);
    }
  }

  /**
   * Lets a session that has the folder selected catch up with what others did: until a command that may report it, servers go on
   * showing messages that are gone (RFC 9051 §5.5, §7.5.1), and count them in STATUS.
   */
  async refresh(folder: FolderId, signal?: AbortSignal): Promise<void> {
    if (this.selected?.folder === folder) await this.run((client) => client.noop(), signal);
  }

  /** UIDs in ascending order. */
  async search(query: SearchObject, signal?: AbortSignal): Promise<number[]> {
    return this.required((client) => client.search(query, { uid: true }), signal);
  }

  /** How many of a set of UIDs exist; where the server can, without naming them all. */
  async countExisting(set: string, signal?: AbortSignal): Promise<number> {
    const found = await this.required((client) => client.search({ uid: set }, { uid: true, returnOptions: ['COUNT'] }), signal);
    return Array.isArray(found) ? found.length : (found.count ?? 0);
  }

  /** Absent when there is no such message. */
  async fetchOne(uid: number, query: FetchQueryObject, signal?: AbortSignal): Promise<FetchMessageObject | undefined> {
    return (await this.run((client) => client.fetchOne(String(uid), query, { uid: true }), signal)) || undefined;
  }

  async list(signal?: AbortSignal): Promise<ListResponse[]> {
    return this.run((client) => client.list(), signal);
  }

  /** Throws `folder.not-found`. */
  async status(folder: FolderId, signal?: AbortSignal): Promise<StatusObject> {
    await this.refresh(folder, signal);
    try {
      return await this.required((client) => client.status(folder, { unseen: true }), signal);
    } catch (error) {
      throw await this.#folderMissing(folder, error, signal);
    }
  }

  /**
   * Enters IDLE, or joins the one that is on. Settles when it ends: the next command of anyone ends it.
   * Throws `connection.lost`.
   */
  async idle(): Promise<'ended' | 'refused'> {
    this.#idle ??= this.client.idle().finally(() => {
      this.#idle = undefined;
    });
    const outcome = await this.#idle.catch(() => false);
    if (!this.usable) throw this.#failure(undefined);
    return outcome === false ? 'refused' : 'ended';
  }

  /** For commands to which imapflow answers `false` when the server refuses them. */
  async required<T>(command: (client: ImapFlow) => Promise<T | false | undefined>, signal?: AbortSignal): Promise<T> {
    const result = await this.run(command, signal);
    if (result === false || result === undefined) throw this.#failure(this.#refusal);
    return result;
  }

  /** Servers word this in many ways, and some with BAD: whether the folder is listed decides. */
  async #folderMissing(folder: FolderId, error: unknown, signal?: AbortSignal): Promise<unknown> {
    if (!isMailError(error) || !this.usable || error.code === 'throttled' || error.code === 'unavailable') return error;
    const listed = await this.run((client) => client.list({ listOnly: true }), signal);
    if (listed.some(({ path }) => path === folder)) return error;
    return new MailError('folder.not-found', `There is no folder "${folder}".`, error.detail && { detail: error.detail });
  }

  #failure(error: unknown): MailError {
    const failure = toMailError({ error: error ?? new Error('Connection not available'), bye: this.client.byeReason, host: this.#options.host });
    if (connectionIsGone(failure)) this.destroy();
    return failure;
  }

  /** Watches over one command: on abort, on silence and on a throttling it says why and gives the connection up. */
  #guard(signal: AbortSignal | undefined, giveUp: (reason: unknown) => void): Guard {
    signal?.throwIfAborted();
    this.#refusal = undefined;
    const done = new AbortController();
    const onAbort = (): void => {
      giveUp(signal?.reason);
      this.destroy();
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    this.#interrupt = giveUp;
    const guard: Guard = {
      paused: false,
      [Symbol.dispose]: () => {
        if (this.#interrupt === giveUp) this.#interrupt = undefined;
        done.abort();
        signal?.removeEventListener('abort', onAbort);
      },
    };
    void this.#watchForSilence(guard, done.signal, giveUp);
    return guard;
  }

  /** A long answer is no silence: only a stretch without a single octet counts, and none in which nobody was listening. */
  async #watchForSilence(guard: Guard, done: AbortSignal, giveUp: (reason: MailError) => void): Promise<void> {
    const { clock, commandTimeoutMs, host } = this.#options;
    try {
      for (let received = -1; guard.paused || received !== this.client.stats().received; ) {
        received = guard.paused ? -1 : this.client.stats().received;
        await clock.sleep(commandTimeoutMs, done);
      }
    } catch {
      return; // the command has settled
    }
    if (done.aborted) return;
    giveUp(new MailError('timeout', `${host} did not answer within ${commandTimeoutMs} ms.`));
    this.destroy();
  }
}

interface Guard extends Disposable {
  /** The consumer is at work, and the server rightly silent. */
  paused: boolean;
}
